"""Rows become people: what is good in a row is kept, what is not is listed by line and column.

docs/imports.md is the table of outcomes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from contacts.fields import BUILT_IN_KEYS, Field, Value
from contacts.importing.conversion import CellError, Column
from contacts.importing.dates import Order
from contacts.importing.doubts import doubt
from contacts.importing.reading import Layout, Row
from contacts.importing.survey import Survey

BATCH_SIZE = 2_000
# The only code of a value that was taken all the same.
DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Plan:
    """What each column becomes; None leaves it out. One column is the record number."""

    layout: Layout
    fields: tuple[Field | None, ...]
    order: Order
    today: date

    @property
    def id_column(self) -> int:
        """Where the record number is. Raises ValueError when no column has it."""
        return [None if each is None else each.key for each in self.fields].index("external_id")

    @property
    def date_columns(self) -> tuple[int, ...]:
        """Columns in which the order of day and month matters."""
        return tuple(
            i
            for i, each in enumerate(self.fields)
            if each and each.kind in {"date", "birth_date", "death_date"}
        )


class Problem(NamedTuple):
    """Something that was not taken, or that was and looks odd; `column` is None for a whole row."""

    line: int
    column: str | None
    code: str
    sentence: str
    cells: list[str]


class ReadPerson(NamedTuple):
    """What one row says about one person: nothing of a field whose cell was empty or refused."""

    line: int
    identity: dict[str, Value]
    attributes: dict[str, Value]


class Batch(NamedTuple):
    """Up to BATCH_SIZE rows, read."""

    row_count: int
    people: list[ReadPerson]
    problems: list[Problem]


class Reader:
    """Holds what was learned about each column from batch to batch."""

    def __init__(self, plan: Plan, found: Survey) -> None:
        self._survey = found
        self._id_column = plan.id_column
        order = found.order if plan.order == Order.NOT_SHOWN else plan.order
        self._columns = [
            (index, plan.layout.header[index], Column(each, order, plan.today))
            for index, each in enumerate(plan.fields)
            if each is not None
        ]
        self._record_number = next(
            column for index, _, column in self._columns if index == self._id_column
        )

    def batches(self, rows: Iterable[Row]) -> Iterator[Batch]:
        """Every row of the file, in order."""
        remaining = iter(rows)
        while chunk := list(islice(remaining, BATCH_SIZE)):
            yield self._read(chunk)

    def _read(self, rows: list[Row]) -> Batch:
        problems: list[Problem] = []
        kept = [row for row in rows if self._is_kept(row, problems)]
        identities: list[dict[str, Value]] = [{} for _ in kept]
        attributes: list[dict[str, Value]] = [{} for _ in kept]
        for index, header, column in self._columns:
            cells = [row.cells[index] for row in kept]
            key = column.field.key
            targets = identities if key in BUILT_IN_KEYS else attributes
            for target, value, row in zip(
                targets, map(column.__getitem__, cells), kept, strict=True
            ):
                if isinstance(value, CellError):
                    sentence = str(value)
                    problems.append(Problem(row.line, header, "value_refused", sentence, row.cells))
                elif value is not None:
                    target[key] = value
                    if key == "email" and (odd := doubt(str(value))):
                        problems.append(Problem(row.line, header, DOUBTFUL, odd, row.cells))
        people = [
            ReadPerson(*each)
            for each in zip((row.line for row in kept), identities, attributes, strict=True)
        ]
        return Batch(len(rows), people, problems)

    def _is_kept(self, row: Row, problems: list[Problem]) -> bool:
        """Whether a row is about a person at all; if not, one problem says why."""
        line, cells, problem = row
        if problem is not None:
            problems.append(Problem(line, None, "row_broken", problem, cells))
            return False
        cell = cells[self._id_column]
        number = self._record_number[cell]
        if number is None:
            problems.append(
                Problem(line, None, "no_record_number", "This row has no record number.", cells)
            )
            return False
        if isinstance(number, CellError):
            problems.append(Problem(line, None, "bad_record_number", str(number), cells))
            return False
        later = self._survey.replaced_by(cell.strip(), line)
        if later is not None:
            sentence = (
                f"The same record number comes again on line {later}. The later row was taken."
            )
            problems.append(Problem(line, None, "replaced", sentence, cells))
        return later is None
