"""Reads of templates and campaigns, and of what both need from the apps below."""
