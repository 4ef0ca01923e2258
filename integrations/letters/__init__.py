"""Letters that systems ask for, in the shape of whichever service they were written for."""
