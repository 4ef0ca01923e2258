"""Real mail servers, name servers and their faults, in a network of their own (docs/mailbench.md)."""
