"""Pages of templates and campaigns."""
