"""Many addresses out of a pasted column or file: what can be read, and which lines cannot. Pure."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from django.core.exceptions import ValidationError

from compliance.addresses import require_address
from tenancy import spreadsheets

MOST_ADDRESSES = 10_000
LONGEST_LINE = 4_000
DELIMITERS = ",;\t|"
# How lists of other services head the column.
HEADINGS = {"email", "e-mail", "email address", "email_address", "address", "recipient"}


class BadLine(NamedTuple):
    number: int
    advice: str


class AddressList(NamedTuple):
    """Each address once, as it was written first."""

    addresses: list[str]
    bad: list[BadLine]


def read(text: str) -> AddressList:
    """The addresses of the column that is headed as one, or else of the first column."""
    found: dict[str, str] = {}
    bad: list[BadLine] = []
    column = 0
    for number, cells in _lines(text):
        named = [place for place, cell in enumerate(cells) if cell.lower() in HEADINGS]
        if number == 1 and named:
            column = named[0]
            continue
        address = cells[column] if column < len(cells) else ""
        if not _is_address(address):
            bad.append(BadLine(number, "There is no email address in it."))
        elif len(found) < MOST_ADDRESSES:
            found.setdefault(address.lower(), address)
        elif address.lower() not in found:
            bad.append(BadLine(number, f"Beyond {MOST_ADDRESSES:,} addresses. Paste it later."))
    return AddressList(list(found.values()), bad)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that holds something, with the line's number."""
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = next((mark for mark in DELIMITERS if lines and mark in lines[0]), ",")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                (cells,) = csv.reader([line[:LONGEST_LINE]], delimiter=delimiter)
            except (csv.Error, ValueError):
                cells = []
            yield number, [spreadsheets.unguard(cell.strip()).strip() for cell in cells]


def _is_address(text: str) -> bool:
    try:
        require_address(text)
    except ValidationError:
        return False
    return len(text) <= 254
