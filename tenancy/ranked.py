"""Values of an order of their own: the number that the database keeps of each says nothing about it."""

from enum import Enum
from typing import Self


class Ranked(Enum):
    """Compared by the place in the list, lowest first, so that a place can be found for a new one.

    Rows keep the value, and would tell of something else if it changed.
    """

    def __init__(self, _kept: int) -> None:
        self._rank = len(type(self).__members__)

    def __lt__(self, other: Self) -> bool:
        return self._rank < other._rank

    def __le__(self, other: Self) -> bool:
        return self._rank <= other._rank

    def __gt__(self, other: Self) -> bool:
        return self._rank > other._rank

    def __ge__(self, other: Self) -> bool:
        return self._rank >= other._rank
