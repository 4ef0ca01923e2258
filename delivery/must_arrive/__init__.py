"""Messages that must arrive: a deadline, the ways that are tried after it, and a person at their end."""
