"""Rows to people: no good row is lost because of a bad one, and each loss is listed."""

import tracemalloc
from datetime import date
from itertools import islice

import pytest

from contacts.fields import IDENTITY, STANDING, Field
from contacts.importing.dates import Order
from contacts.importing.people import Plan, Reader
from contacts.importing.reading import detect, rows
from contacts.importing.suggestions import suggest
from contacts.importing.survey import survey
from contacts.synthetic import ATTRIBUTES, CsvFile, People

TODAY = date(2026, 11, 23)
FIELDS = (*IDENTITY, *STANDING, *ATTRIBUTES)


def read_people(chunks, order: Order = Order.NOT_SHOWN, fields: tuple[Field, ...] = FIELDS):
    """People and problems of a file whose columns were matched by suggestion."""
    layout = detect(chunks(), "utf-8-sig")
    samples = [row.cells for row in islice(rows(chunks(), layout), 100)]
    known = {each.key: each for each in fields}
    keys = [suggestion.key for suggestion in suggest(layout.header, samples, fields)]
    plan = Plan(layout, tuple(known.get(key or "") for key in keys), order, TODAY)
    found = survey(rows(chunks(), layout), id_column=plan.id_column, date_columns=plan.date_columns)
    batches = Reader(plan, found).batches(rows(chunks(), layout))
    return found, batches


def read(text: str):
    _, batches = read_people(lambda: [text.encode()])
    people, problems = [], []
    for batch in batches:
        people += batch.people
        problems += batch.problems
    return people, problems


def test_what_is_good_in_a_row_is_kept_and_the_rest_is_listed():
    people, problems = read(
        "MRN,E-Mail,DOB,Plan\n1,ada@,31/31/1970,Medicare\n2,bo@x.example,,gold\n"
    )
    assert [(each.identity, each.attributes) for each in people] == [
        ({"external_id": "1"}, {"plan": "Medicare"}),
        ({"external_id": "2", "email": "bo@x.example"}, {}),
    ]
    assert sorted((each.line, each.column, each.code) for each in problems) == [
        (2, "DOB", "value_refused"),
        (2, "E-Mail", "value_refused"),
        (3, "Plan", "value_refused"),
    ]


def test_rows_that_are_about_nobody_are_left_out():
    people, problems = read("MRN,First name\n,Ada\n1.2E+9,Bo\n3,Cy,extra\n4,Di\n")
    assert [each.identity["external_id"] for each in people] == ["4"]
    assert [(each.line, each.code) for each in problems] == [
        (2, "no_record_number"),
        (3, "bad_record_number"),
        (4, "row_broken"),
    ]


def test_the_last_row_with_a_record_number_wins_and_the_others_say_so():
    people, problems = read("MRN,First name\n7,Old\n8,Bo\n7,Older\n7,New\n")
    assert [each.identity for each in people] == [
        {"external_id": "8", "given_name": "Bo"},
        {"external_id": "7", "given_name": "New"},
    ]
    assert [(each.line, each.code) for each in problems] == [(2, "replaced"), (4, "replaced")]
    assert problems[0].sentence.startswith("The same record number comes again on line 5.")


def test_a_family_may_share_one_address():
    people, problems = read("MRN,Email\n1,home@x.example\n2,home@x.example\n")
    assert [each.identity["email"] for each in people] == ["home@x.example"] * 2
    assert problems == []


def test_the_whole_file_decides_the_order_of_day_and_month():
    people, problems = read("MRN,DOB,Last visit\n1,04/05/1970,06/07/2026\n2,,31/12/2025\n")
    assert people[0].identity["birth_date"] == "1970-05-04"
    assert people[0].attributes["last_visit"] == "2026-07-06"
    assert problems == []


@pytest.mark.parametrize(
    ("header", "cells", "key"),
    [
        ("Patient ID", ["1"], "external_id"),
        ("Apellidos", ["Muñoz"], "family_name"),
        ("Contacto", ["ada@x.example", "bo@x.example"], "email"),
        ("Llamar a", ["555-010-0142", "+1 555 010 0143"], "phone"),
        ("next_appointment", ["2026-12-01"], "next_appointment"),
        ("ZIP", ["04101"], "postal_code"),
        ("Fax", ["none"], None),
    ],
)
def test_a_column_is_known_by_its_name_or_by_its_values(header, cells, key):
    (suggestion,) = suggest([header], [[cell] for cell in cells], FIELDS)
    assert suggestion.key == key


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["yes", "no"], "boolean"),
        (["1/2/2026", "13/2/2026"], "date"),
        (["12.50", "3"], "number"),
        (["04120", "04121"], "text"),
        ([], "text"),
    ],
)
def test_a_new_field_gets_the_narrowest_kind_that_fits(cells, kind):
    (suggestion,) = suggest(["Something"], [[cell] for cell in cells], FIELDS)
    assert suggestion.kind == kind


def test_a_long_file_is_read_in_flat_memory():
    line = "".join(islice(CsvFile(People(40, seed=3, today=TODAY)).lines(), 1, None))
    header = next(CsvFile([]).lines())

    def chunks():
        yield header.encode()
        for _ in range(200):
            yield line.encode()

    tracemalloc.start()
    found, batches = read_people(chunks)
    counts = [(batch.row_count, len(batch.people)) for batch in islice(batches, 5)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.row_count == 8_000
    assert sum(rows for rows, _ in counts) == 8_000
    assert peak < 30_000_000


def test_addresses_that_may_be_a_slip_are_taken_as_they_are_and_listed():
    people, problems = read(
        "MRN,E-Mail\n1,ada@gmial.com\n2,Info@clinic.example\n3,bo@gmail.com\n4,cy@ymail.com\n"
    )
    assert [each.identity["email"] for each in people] == [
        "ada@gmial.com", "Info@clinic.example", "bo@gmail.com", "cy@ymail.com",
    ]  # fmt: skip
    assert [(each.line, each.column, each.code, each.sentence) for each in problems] == [
        (2, "E-Mail", "doubtful", "Taken as it is. gmial.com may be a slip for gmail.com."),
        (3, "E-Mail", "doubtful",
         "Taken as it is. Such a mailbox is usually read by several people."),
    ]  # fmt: skip
