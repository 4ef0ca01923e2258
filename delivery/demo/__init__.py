"""The demo's workspaces: made through the same services that people use, from invented people."""
