"""Bytes to rows: every way in which a file may be written, and what breaks stays alone."""

import csv
import io

import pytest

from contacts.importing.encoding import EncodingSniffer, UnreadableFileError
from contacts.importing.reading import UNCLOSED, Layout, detect, rows


def read(data: bytes, chunk_size: int = 7):
    """The layout and the rows of a file that arrives in small chunks."""
    chunks = [data[at : at + chunk_size] for at in range(0, len(data), chunk_size)]
    sniffer = EncodingSniffer()
    for chunk in chunks:
        sniffer.feed(chunk)
    layout = detect(chunks, sniffer.encoding)
    return layout, list(rows(chunks, layout))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("id,name\n1,Muñoz\n".encode(), "utf-8-sig"),
        (b"\xef\xbb\xbf" + "id,name\n1,Muñoz\n".encode(), "utf-8-sig"),
        ("id,name\n1,Muñoz\n".encode("latin-1"), "cp1252"),
        ("id,name\n1,Muñoz\x81\n".encode("latin-1"), "latin-1"),
        ("id,name\n1,Muñoz\n".encode("utf-16"), "utf-16"),
    ],
)
def test_letters_survive_every_encoding(data, encoding):
    layout, (row,) = read(data)
    assert (layout.encoding, layout.header) == (encoding, ("id", "name"))
    assert row.cells[1].startswith("Muñoz")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_width_that_most_rows_share(delimiter):
    written = io.StringIO()
    table = [["id", "name", "note"], ["1", "Ann", "a, b | c"], ["2", "Bo", "x; y"]]
    csv.writer(written, delimiter=delimiter).writerows(table)
    layout, found = read(written.getvalue().encode())
    assert layout.delimiter == delimiter
    assert [row.cells for row in found] == table[1:]


def test_a_quoted_cell_may_hold_line_breaks_and_keeps_line_numbers_true():
    _, found = read(b'id,note\n1,"two\nlines, one ""cell"""\n\n2,plain\n')
    assert [(row.line, row.cells) for row in found] == [
        (2, ["1", 'two\nlines, one "cell"']),
        (5, ["2", "plain"]),
    ]


def test_an_unclosed_quote_costs_one_row():
    _, found = read(b'id,name,city\n1,"Ann,Port\n2,Bo,"Mill"\n3,Cy,Elm\n')
    assert [(row.line, row.problem) for row in found] == [(2, UNCLOSED), (3, None), (4, None)]


def test_an_unclosed_quote_far_from_the_end_costs_one_row():
    tail = "".join(f"{n},Bo,Elm\n" for n in range(500))
    _, found = read(f'id,name,city\n1,"Ann,Port\n{tail}'.encode(), chunk_size=4096)
    assert found[0].problem == UNCLOSED
    assert [row.problem for row in found[1:]] == [None] * 500


def test_a_stray_quote_inside_a_cell_is_read_as_it_stands():
    _, (row,) = read(b'id,name\n1,"Ann "Annie" Lee"\n')
    assert row.problem is None
    assert "Annie" in row.cells[1]


def test_a_row_of_another_width_is_not_trusted_unless_its_tail_is_empty():
    _, found = read(b"id,name,city\n1,Lee, Ann,Port\n2,Bo\n3,Cy,Elm,,\n")
    assert [row.problem is None for row in found] == [False, False, True]
    assert found[0].problem == (
        "This row has 4 cells, the heading has 3. Values may have moved, so nothing was taken."
    )


def test_headings_are_named_once_and_blank_ones_by_position():
    layout, _ = read(b"sep=;\nid;;note;note\n1;2;3;4\n")
    assert layout.header == ("id", "Column 2", "note", "note (4)")


def test_a_formula_is_data_and_a_guard_of_our_own_is_taken_off():
    _, (row,) = read(b"id,note,phone\n1,=1+1,'+15550100142\n")
    assert row.cells == ["1", "=1+1", "+15550100142"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Save the sheet as CSV"),
        (b"ada@x.example,Ada\nbo@x.example,Bo\n", "must name the columns"),
        (b"\n\n", "no rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(data, sentence):
    with pytest.raises(UnreadableFileError, match=sentence):
        read(data)


def test_a_line_without_end_is_refused_before_it_fills_the_memory():
    layout = Layout("utf-8-sig", ",", ("id",))
    with pytest.raises(UnreadableFileError, match="too long"):
        list(rows([b"id\n", *[b"x" * 65536] * 20], layout))
