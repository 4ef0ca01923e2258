"""What is done to templates and campaigns, each with its audit event."""
