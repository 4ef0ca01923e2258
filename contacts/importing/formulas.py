"""A cell that a spreadsheet would run is written so that it does not, and read back as it was.

The OWASP page on CSV injection lists the first letters. `unguard` undoes `guard` exactly, so a
file of errors that was mended and uploaded again says what it said.
"""

import re

_WOULD_RUN = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def guard(cell: str) -> str:
    """The cell with an apostrophe before it when a spreadsheet could take it for a formula."""
    return f"'{cell}" if _WOULD_RUN.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell without the one apostrophe that `guard` put there."""
    return cell[1:] if cell.startswith("'") and _WOULD_RUN.match(cell) else cell
