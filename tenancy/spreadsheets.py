"""The one writer of files for spreadsheets: whatever the cells hold, none of them runs.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read
back as it was: `unguard` undoes `guard` exactly, so a file that was mended and uploaded again says
what it said. The OWASP page on CSV injection lists the first letters.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

CONTENT_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads UTF-8 as Windows-1252
# What a program may drop before it looks: blanks, control characters, marks that have no width.
_UNSEEN = r"[\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]*"
_WOULD_RUN = re.compile(rf"'*(?:[\t\r\n]|{_UNSEEN}[=+\-@\uff1d\uff0b\uff0d\uff20])")


def guard(cell: str) -> str:
    """The cell with an apostrophe before it when a spreadsheet could take it for a formula."""
    return f"'{cell}" if _WOULD_RUN.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell without the one apostrophe that `guard` put there."""
    return cell[1:] if cell.startswith("'") and _WOULD_RUN.match(cell) else cell


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """One part of the file for each row, every cell guarded and quoted."""
    yield BYTE_ORDER_MARK
    for row in rows:
        written = StringIO()
        csv.writer(written, quoting=csv.QUOTE_ALL).writerow(map(guard, row))
        yield written.getvalue().encode("utf-8", "replace")
