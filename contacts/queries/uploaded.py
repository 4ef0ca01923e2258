"""The uploaded file, opened chunk by chunk, and what its columns look like."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from contacts.fields import IDENTITY, STANDING, Field, PhiClass
from contacts.importing.dates import Order
from contacts.importing.people import Plan
from contacts.importing.reading import Layout, rows
from contacts.importing.suggestions import Suggestion, suggest
from contacts.models import ImportChunk, ImportProblem, ImportRun
from contacts.queries.schema import schema
from tenancy import clock

SAMPLE_ROWS = 200
# A page opens no more problems than this; the file of them has all.
SUMMED = 5_000
# A column of the file that says who agreed: read like a field, never stored as one.
AGREED = Field("_agreed", "Agreed", "boolean", PhiClass.NONE)


class FileColumn(NamedTuple):
    """One column as the matching page shows it."""

    position: int
    name: str
    samples: list[str]
    suggestion: Suggestion


class RefusedValues(NamedTuple):
    """How many values of one column were left out for one reason."""

    column: str
    sentence: str
    times: int


class ProblemRow(NamedTuple):
    """A row of the file with everything in it that was not taken."""

    line: int
    sentences: list[str]
    cells: list[str]


def chunks_of(run: ImportRun, *, limit: int | None = None) -> Iterator[bytes]:
    """The bytes of the file, one chunk in memory at a time."""
    position = 0
    while limit is None or position < limit:
        chunk = ImportChunk.objects.filter(run=run, position=position).first()
        if chunk is None:
            return
        yield chunk.content
        position += 1


def layout_of(run: ImportRun) -> Layout:
    return Layout(run.encoding, run.delimiter, tuple(run.header))


def fields() -> list[Field]:
    """Everything that a column can become."""
    return [*IDENTITY, *STANDING, *schema()]


def columns_of(run: ImportRun) -> list[FileColumn]:
    """Names, first values and suggestions, from the head of the file."""
    layout = layout_of(run)
    sampled = [row.cells for row in islice(rows(chunks_of(run, limit=2), layout), SAMPLE_ROWS)]
    suggestions = suggest(layout.header, sampled, fields())
    return [
        FileColumn(position, name, _first(sampled, position), suggestion)
        for position, (name, suggestion) in enumerate(zip(layout.header, suggestions, strict=True))
    ]


def plan_of(run: ImportRun) -> Plan:
    """What each column becomes, from the stored mapping. Fields that were removed since are left out."""
    known = {each.key: each for each in fields()}
    mapping = [known.get(key) for key in run.mapping or []]
    agreed = (run.basis or {}).get("column")
    if agreed is not None:
        mapping[agreed] = AGREED
    return Plan(layout_of(run), tuple(mapping), Order(run.order), clock.now().date())


def refused_values(run: ImportRun) -> list[RefusedValues]:
    """Why single values were left out, most frequent first, from the first SUMMED of them.

    Columns and sentences are sealed, so they are counted here and not by the database.
    """
    refused = ImportProblem.objects.filter(run=run, code="value_refused").order_by("line", "id")
    found = Counter(
        (str(each.detail["column"]), str(each.detail["sentence"])) for each in refused[:SUMMED]
    )
    return [RefusedValues(*reason, count) for reason, count in found.most_common()]


def problem_rows(run: ImportRun) -> Iterator[ProblemRow]:
    """Every row with a problem, by line, in flat memory."""
    current: ProblemRow | None = None
    problems = ImportProblem.objects.filter(run=run).order_by("line", "id")
    for problem in problems.iterator(chunk_size=1_000):
        detail = problem.detail
        sentence = (
            f"{detail['column']}: {detail['sentence']}" if detail["column"] else detail["sentence"]
        )
        if current is None or current.line != problem.line:
            if current is not None:
                yield current
            current = ProblemRow(problem.line, [], detail["cells"])
        current.sentences.append(sentence)
    if current is not None:
        yield current


def _first(sampled: Sequence[Sequence[str]], index: int) -> list[str]:
    cells = (row[index].strip() for row in sampled if index < len(row))
    return list(islice((cell for cell in cells if cell), 3))
