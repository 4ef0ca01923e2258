"""Reads of the archives: which month is next, how the tree stood before it, and the file in its pieces."""

import io
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple

from django.db.models import Max, QuerySet

from audit import merkle, notes, queries
from audit.models import Archive, ArchivePiece, AuditEvent
from tenancy import clock

# A transaction that began in a month may still be on its way when the next one begins.
SETTLES = timedelta(days=1)
HASH = notes.HASH_BYTES
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """A month and its places in the tree."""

    month: date
    first: int
    end: int


def newest() -> Archive | None:
    return Archive.objects.order_by("-month").first()


def archived_until() -> int:
    """Everything before this place of the tree is in an archive that is ready."""
    ready = Archive.objects.filter(status=Archive.Status.READY)
    until: int | None = ready.aggregate(until=Max("end"))["until"]
    return until or 0


def next_span() -> Span | None:
    """The oldest closed month with events that no archive holds. Months without any are passed over."""
    last = newest()
    first, since = (last.end, closes(last.month)) if last else (0, FIRST)
    first = max(first, queries.disposed_until())
    events = AuditEvent.objects.filter(recorded_at__gte=since)
    while month := month_of_first(events):
        if clock.now() < closes(month) + SETTLES:
            return None
        places = queries.places_between(opens(month), closes(month))
        if places is not None and places[1] > first:
            return Span(month, first, places[1])
        events = AuditEvent.objects.filter(recorded_at__gte=closes(month))
    return None


def frontier_at(size: int) -> list[bytes]:
    """The roots of the complete subtrees over the first `size` events, from the nearest archive on."""
    known = Archive.objects.filter(end__lte=size).exclude(sha256="").order_by("-end").first()
    frontier, begin = (split(known.after), known.end) if known else ([], 0)
    for place, leaf in enumerate(queries.leaf_hashes(size, first=begin), begin):
        merkle.append(frontier, place, leaf)
    return frontier


def split(frontier: bytes | memoryview) -> list[bytes]:
    whole = bytes(frontier)
    return [whole[at : at + HASH] for at in range(0, len(whole), HASH)]


def month_of_first(events: QuerySet[AuditEvent]) -> date | None:
    """The month, by its first day in UTC, of the oldest of these events."""
    found = events.order_by("recorded_at").first()
    return found.recorded_at.astimezone(UTC).date().replace(day=1) if found else None


def opens(month: date) -> datetime:
    return datetime.combine(month, time.min, UTC)


def closes(month: date) -> datetime:
    return opens((month + timedelta(days=31)).replace(day=1))


class ArchiveFile(io.RawIOBase):
    """The file of an archive, opened piece by piece and never on a disk.

    `watch` is told of each piece that is opened: how far a reader is who goes through three times, as a
    check does. What it raises ends the reading.
    """

    def __init__(self, archive: Archive, watch: Callable[[float], None]) -> None:
        pieces = ArchivePiece.objects.filter(archive=archive).order_by("position")
        self._ends = list(accumulate(pieces.values_list("length", flat=True)))
        self._pieces, self._watch = pieces, watch
        self._at, self._open, self._content, self._opened = 0, -1, b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    @property
    def size(self) -> int:
        return self._ends[-1] if self._ends else 0

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._at >= self.size:
            return 0
        number = bisect_right(self._ends, self._at)
        begin = self._ends[number - 1] if number else 0
        taken = self._piece(number)[self._at - begin :][: len(view)]
        view[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def _piece(self, number: int) -> bytes:
        """Raises SealBroken for one that was altered, DoesNotExist for one that is gone."""
        if number != self._open:
            self._opened += 1
            self._watch(min(1.0, self._opened / (3 * len(self._ends))))
            self._content, self._open = bytes(self._pieces.get(position=number).content), number
        return self._content
