"""How well mail reaches recipients' domains, and those who run their servers."""
