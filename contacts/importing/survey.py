"""The first reading of a file: its length, how it writes dates, which rows a later row replaces."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contacts.importing.dates import Order, detect_order
from contacts.importing.reading import Row

# One bit a record number: 8 MB. Of a million numbers, about 7,000 are remembered for nothing.
_BITS = 1 << 26
_ORDER_MEMORY = 20_000


@dataclass(slots=True)
class Survey:
    """`replaced_by` answers for a record number on a line; the last row with a number wins."""

    row_count: int = 0
    order: Order = Order.NOT_SHOWN
    _last_lines: dict[int, int] = field(default_factory=dict)

    def replaced_by(self, record_number: str, line: int) -> int | None:
        """The later line with the same record number, if there is one."""
        last = self._last_lines.get(hash(record_number))
        return last if last is not None and last > line else None


def survey(rows: Iterable[Row], *, id_column: int, date_columns: Iterable[int]) -> Survey:
    """Read the whole file once, in memory that does not grow with it.

    A number whose bit is already set may be a repeat, so its last line is remembered; one that
    merely shares the bit of another is remembered with its own line, which does no harm.
    """
    found = Survey()
    seen = bytearray(_BITS >> 3)
    dates = {column: set[str]() for column in date_columns}
    for row in rows:
        found.row_count += 1
        if row.problem is not None:
            continue
        number = hash(row.cells[id_column].strip())
        place, bit = (number >> 3) & ((_BITS >> 3) - 1), 1 << (number & 7)
        if seen[place] & bit:
            found._last_lines[number] = row.line  # noqa: SLF001 (its own module)
        seen[place] |= bit
        for column, cells in dates.items():
            if len(cells) < _ORDER_MEMORY:
                cells.add(row.cells[column])
    found.order = detect_order(cell for cells in dates.values() for cell in cells)
    return found
