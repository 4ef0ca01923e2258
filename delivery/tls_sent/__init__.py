"""Reports about TLS that we send to domains which ask for them (RFC 8460)."""
