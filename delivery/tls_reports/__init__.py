"""What other mail servers report of TLS with a workspace's domains (RFC 8460)."""
