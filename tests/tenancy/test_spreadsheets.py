"""Whatever cells hold, the file runs nothing, and comes back as it was."""

import ast
import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.places import ROOT
from tenancy.spreadsheets import csv_lines, guard, unguard
from tests.security.test_one_web_door import modules

# What Excel, LibreOffice and Sheets take for the beginning of a formula or command.
STARTS = "=+-@＝＋－＠"  # noqa: RUF001
BEFORE = [
    "",
    " ",
    "\t",
    "\xa0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\x00",
    "\x07",
    "\u2060",
    "'",
    "''",
    "\n",
]
# Rows that the writer of the standard library can write: lone surrogates are no text.
CELLS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [f"{before}{start}cmd|' /C calc'!A0" for before in BEFORE for start in STARTS]
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5)
WRITERS = {
    "contacts/synthetic.py": "invented people for benchmarks, which the import has to mend",
    "tenancy/spreadsheets.py": "the one writer",
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("start", STARTS)
def test_a_cell_that_would_run_is_guarded(before, start):
    assert guard(f"{before}{start}1+1") == f"'{before}{start}1+1"


@pytest.mark.parametrize("cell", ["Ada", "12-3", "a=b", "O'Neil", "", "'quoted'", "1@x.example"])
def test_a_cell_that_would_not_is_left_alone(cell):
    assert guard(cell) == cell


@given(CELLS)
def test_guarding_is_undone_exactly(cell):
    assert unguard(guard(cell)) == cell


def read(written):
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@given(ROWS)
def test_the_file_holds_no_formula_and_comes_back_as_it_was(rows):
    written = b"".join(csv_lines(rows))
    cells = [cell for row in read(written) for cell in row]
    assert [cell for cell in cells if cell.lstrip()[:1] in {*STARTS} and cell.strip()] == []
    assert [[unguard(cell) for cell in row] for row in read(written)] == rows


@given(ROWS)
def test_every_cell_is_quoted(rows):
    quoted = re.compile(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*\r\n', re.DOTALL)
    assert [line for line in [*csv_lines(rows)][1:] if not quoted.fullmatch(line.decode())] == []


def uses_csv_writer(source):
    return any(
        isinstance(node, ast.Attribute | ast.alias)
        and getattr(node, "attr", getattr(node, "name", "")) in {"writer", "DictWriter"}
        for node in ast.walk(ast.parse(source))
    )


def test_nothing_else_writes_such_a_file():
    found = {path for path in modules() if uses_csv_writer((ROOT / path).read_text())}
    assert found == WRITERS.keys()
    assert uses_csv_writer("from csv import DictWriter")
