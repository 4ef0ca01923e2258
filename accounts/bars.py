"""Positions of the parts of a split bar, in percent of its width."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    kind: str
    x: str
    width: str


def parts(counts: Sequence[tuple[str, int]], total: int) -> list[Part]:
    """Lay the counts end to end on a bar that stands for `total`; empty ones are left out."""
    laid: list[Part] = []
    start = 0.0
    for kind, count in counts:
        width = 100 * count / total if total else 0.0
        if width:
            laid.append(Part(kind, f"{start:.2f}%", f"{width:.2f}%"))
        start += width
    return laid
