"""Names, protection, headers, signatures and sockets. Nothing here knows a table."""
