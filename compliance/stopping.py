"""What stops when a workspace is frozen: each app says, at start-up, how its work under way ends."""

from collections.abc import Callable
from typing import NamedTuple


class Stopped(NamedTuple):
    """How many were stopped now, and whether nothing of the kind is under way any more."""

    number: int
    is_over: bool


Stop = Callable[[], Stopped]

_STOPS: dict[str, Stop] = {}


def register(kind: str, stop: Stop) -> None:
    """`stop` is repeat-safe: it is asked again until nothing is under way. Raises ValueError if known."""
    if kind in _STOPS:
        raise ValueError(f"{kind} is registered twice")
    _STOPS[kind] = stop


def stop_all() -> dict[str, Stopped]:
    """End the work of every app in the workspace of the scope."""
    return {kind: stop() for kind, stop in _STOPS.items()}
