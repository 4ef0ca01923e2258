"""Roots of complete subtrees, stored while the tree grows: a proof reads some of them instead of every leaf.

Every fourth level is stored, as a tile of a transparency log holds it, and the leaves are level 0: a node
between is made of eight stored ones at most, and the sequencer writes one row for fifteen events.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Max, Q

from audit import merkle
from audit.models import Leaf, Subtree, Tree
from tenancy.errors import DomainError

HEIGHT = 4


class TreeDamaged(DomainError):
    """What is stored of the tree has a hole, or does not lead to its signed root."""


class Growing:
    """Says with each leaf which subtrees it completes: what the sequencer must have stored."""

    def __init__(self) -> None:
        self._size = 0
        self._open: dict[int, list[bytes]] = defaultdict(list)

    def append(self, leaf: bytes) -> dict[merkle.Subtree, bytes]:
        self._size += 1
        completed: dict[merkle.Subtree, bytes] = {}
        level, node = 0, leaf
        while True:
            row = self._open[level]
            row.append(node)
            if len(row) < 1 << HEIGHT:
                return completed
            level, node = level + HEIGHT, merkle.root(row)
            row.clear()
            completed[level, (self._size >> level) - 1] = node


def roots(spans: Sequence[merkle.Span]) -> list[bytes]:
    """The root over each part of a path, in two queries. Raises TreeDamaged."""
    parts = [merkle.complete_subtrees(span) for span in spans]
    known = _stored({node for part in parts for subtree in part for node in _below(subtree)})
    return [
        merkle.root_of([merkle.root([known[node] for node in _below(each)]) for each in part])
        for part in parts
    ]


def completed(first: int, end: int) -> dict[merkle.Subtree, bytes]:
    """What is stored of the subtrees that are complete at `end` and were not at `first`."""
    wanted = Q(pk=None)
    for level in range(HEIGHT, end.bit_length(), HEIGHT):
        wanted |= Q(level=level, place__gte=first >> level, place__lt=end >> level)
    return _hashes(wanted)


def longest() -> int:
    """How many leaves the tree must have for what is stored."""
    last = Subtree.objects.values_list("level").annotate(Max("place"))
    return max(((place + 1) << level for level, place in last), default=0)


def size_of_tree() -> int:
    grown = Tree.objects.first()
    return grown.size if grown else 0


def _below(subtree: merkle.Subtree) -> list[merkle.Subtree]:
    """The stored nodes that lead to its root."""
    level, place = subtree
    height = level % HEIGHT
    return [(level - height, at) for at in range(place << height, (place + 1) << height)]


def _stored(nodes: Iterable[merkle.Subtree]) -> dict[merkle.Subtree, bytes]:
    """Raises TreeDamaged if one is missing."""
    places: dict[int, list[int]] = defaultdict(list)
    for level, place in nodes:
        places[level].append(place)
    leaves = Leaf.objects.filter(seq__in=places.pop(0, []))
    known = {(0, seq): bytes(value) for seq, value in leaves.values_list("seq", "hash")}
    wanted = Q(pk=None)
    for level, at in places.items():
        wanted |= Q(level=level, place__in=at)
    known |= _hashes(wanted)
    if len(known) < len(set(nodes)):
        raise TreeDamaged("The stored tree has a hole. Let the log be checked.")
    return known


def _hashes(wanted: Q) -> dict[merkle.Subtree, bytes]:
    rows = Subtree.objects.filter(wanted).values_list("level", "place", "hash")
    return {(level, place): bytes(value) for level, place, value in rows}
