"""A module whose tests overlook something."""

LIMIT = 5


def is_small(value: int) -> bool:
    return value < LIMIT


def counted(value: int) -> int:
    while value < LIMIT:
        value += 1
    return value
