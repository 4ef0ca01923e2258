"""Reading people from a file: pure code, no database; rows go in, values and reasons come out."""
