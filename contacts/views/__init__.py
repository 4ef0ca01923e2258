"""Pages about people, for staff; and one for the people themselves."""
