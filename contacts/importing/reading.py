"""Rows out of a delimited file, such that one broken row never costs its neighbors."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from contacts.importing.encoding import UnreadableFileError
from tenancy.spreadsheets import unguard

DELIMITERS = (",", ";", "\t", "|")
SNIFFED_RECORDS = 25
COLUMN_LIMIT = 250
# A quoted cell may well have forty lines; a quote that nobody closed would swallow the file.
RECORD_LINE_LIMIT = 200
LINE_LIMIT = 1_000_000

UNCLOSED = "A quotation mark in this row is not closed."
UNEVEN = (
    "This row has {found} cells, the heading has {expected}. "
    "Values may have moved, so nothing was taken."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How to cut the file into cells."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


class Row(NamedTuple):
    """One record and the line it starts on; `problem` is set when its cells cannot be trusted."""

    line: int
    cells: list[str]
    problem: str | None = None


class _Chunks(io.RawIOBase):
    """A readable file made of chunks, so that a sealed upload is never whole in memory."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "io.BufferedIOBase | memoryview | bytearray") -> int:  # type: ignore[override]
        target = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class _Lines:
    """Numbered lines; those of the current record are remembered so that they can be put back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._returned: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= RECORD_LINE_LIMIT:
            raise csv.Error(UNCLOSED)
        line = self._returned.pop() if self._returned else self._text.readline(LINE_LIMIT)
        if not line:
            raise StopIteration
        if len(line) >= LINE_LIMIT:
            raise UnreadableFileError(f"Line {self.number + 1} is too long to be a row of a table.")
        self.number += 1
        self.taken.append(line)
        return line

    def keep_first(self) -> str:
        """Give back all but the first line of the record."""
        first, *rest = self.taken
        self._returned.extend(reversed(rest))
        self.number -= len(rest)
        self.taken = []
        return first


def rows(chunks: Iterable[bytes], layout: Layout) -> Iterator[Row]:
    """Every record after the heading; blank lines are passed over."""
    width = len(layout.header)
    records = _records(_text(chunks, layout.encoding), layout.delimiter)
    _heading(records)
    for row in records:
        found = len(row.cells)
        if row.problem is None and found != width:
            if found > width and not any(row.cells[width:]):
                row = Row(row.line, row.cells[:width])  # noqa: PLW2901 (an empty tail is how spreadsheets pad)
            else:
                row = row._replace(problem=UNEVEN.format(found=found, expected=width))  # noqa: PLW2901
        yield row


def _text(chunks: Iterable[bytes], encoding: str) -> io.TextIOBase:
    buffered = io.BufferedReader(_Chunks(chunks), 1 << 16)
    return io.TextIOWrapper(buffered, encoding=encoding, errors="replace", newline="")


def _records(text: io.TextIOBase, delimiter: str) -> Iterator[Row]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken = []
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            first = lines.keep_first()
            yield _mended(first, start, delimiter)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if any(map(str.strip, cells)):
            may_be_guarded = any("'" in line for line in lines.taken)
            yield Row(start, [unguard(cell) for cell in cells] if may_be_guarded else cells)


def _mended(line: str, start: int, delimiter: str) -> Row:
    """A line with a stray quotation mark, read leniently unless its last cell was left open."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return Row(start, [line[:1000]], UNCLOSED)
    if cells and cells[-1].endswith(("\n", "\r")):
        return Row(start, cells, UNCLOSED)
    return Row(start, cells)


def detect(head: Iterable[bytes], encoding: str) -> Layout:
    """The layout of a file from its first chunks.

    Raises UnreadableFileError when there is no heading to go by.
    """
    text = _text(head, encoding).read(1 << 18)
    delimiter = max(DELIMITERS, key=lambda each: _fit(text, each))
    header = _heading(_records(io.StringIO(text, newline=""), delimiter))
    if len(header) > COLUMN_LIMIT:
        raise UnreadableFileError(
            f"The file has {len(header)} columns. Keep those that you need, at most {COLUMN_LIMIT}."
        )
    if any("@" in name for name in header):
        raise UnreadableFileError(
            "The first row must name the columns. Add a row of names above the data."
        )
    return Layout(encoding, delimiter, header)


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the first records: how many share a width, then that width."""
    lines = io.StringIO(text, newline="")
    widths = Counter(len(row.cells) for row in islice(_records(lines, delimiter), SNIFFED_RECORDS))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return (count / max(1, widths.total()) if width > 1 else 0.0, width)


def _heading(records: Iterator[Row]) -> tuple[str, ...]:
    """Consume the heading and name its columns: every name is there, and is there once."""
    first = next(records, None)
    if first is not None and first.cells[0].lower().startswith("sep="):
        first = next(records, None)
    if first is None:
        raise UnreadableFileError("The file has no rows.")
    names: list[str] = []
    for position, cell in enumerate(first.cells, start=1):
        name = " ".join(cell.split())[:100] or f"Column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)
