"""Cells to values: each kind, each refusal, and the order of day and month."""

from datetime import date

import pytest

from contacts.addresses import AddressError, normalize_email
from contacts.fields import Field
from contacts.importing.conversion import CellError, Column
from contacts.importing.dates import Order, detect_order

TODAY = date(2026, 11, 23)


def convert(kind: str, cell: str, order: Order = Order.NOT_SHOWN, choices: tuple[str, ...] = ()):
    return Column(Field("x", "X", kind, "none", choices), order, TODAY)[cell]


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "  Alder Falls ", "Alder Falls"),
        ("text", "N/A", None),
        ("name", "Null", "Null"),
        ("name", " Ana  María ", "Ana María"),
        ("record_number", "00042", "00042"),
        ("number", "$1,204.50", 1204.5),
        ("number", "1.204,50", 1204.5),
        ("number", "(12.00)", -12),
        ("number", "-", None),
        ("boolean", "Sí", True),
        ("boolean", "0", False),
        ("language", "Spanish", "es"),
        ("language", "haitian creole", "ht"),
        ("language", "pt-BR", "pt"),
        ("phone", "(555) 010-0142", "+15550100142"),
        ("phone", "0044 20 7946 0000", "+442079460000"),
        ("date", "2026-11-24", "2026-11-24"),
        ("date", "20261124", "2026-11-24"),
        ("date", "2026-11-24T09:30:00Z", "2026-11-24"),
        ("date", "24-Nov-2026", "2026-11-24"),
        ("date", "November 24, 2026", "2026-11-24"),
        ("date", "24 de noviembre de 2026", "2026-11-24"),
        ("date", "11/24/2026 9:30 AM", "2026-11-24"),
        ("date", "24.11.2026", "2026-11-24"),
        ("birth_date", "1/2/1968", "1968-01-02"),
        ("death_date", "yes", "2026-11-23"),
        ("death_date", "no", None),
    ],
)
def test_a_cell_becomes_the_value_of_its_field(kind, cell, value):
    assert convert(kind, cell) == value


@pytest.mark.parametrize(
    ("kind", "cell", "sentence"),
    [
        ("record_number", "1.23E+11", "A spreadsheet shortened this number"),
        ("number", "twelve", "This is not a number."),
        ("number", "#REF!", "The cell holds an error of a spreadsheet."),
        ("boolean", "maybe", "Not yes or no"),
        ("language", "Klingon", "Not a language we know"),
        ("phone", "12345", "needs its country code"),
        ("phone", "555-CALL-NOW", "letters or signs"),
        ("date", "3/5/68", "Write the year with four digits."),
        ("date", "2026-02-30", "no such day"),
        ("date", "next week", "Write it as 2026-11-24."),
        ("date", "0202-01-01", "The year cannot be right."),
        ("birth_date", "2031-01-01", "in the future"),
        ("text", "a\x00b", "characters that cannot be read"),
        ("text", "x" * 2001, "longer than 2,000"),
        ("email", "ada@", "not a valid domain"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_with_its_reason(kind, cell, sentence):
    refusal = convert(kind, cell)
    assert isinstance(refusal, CellError)
    assert sentence in str(refusal)
    assert cell not in str(refusal)


def test_a_choice_is_found_whatever_its_case_and_the_refusal_names_the_choices():
    assert convert("choice", "MEDICARE", choices=("Medicare", "none")) == "Medicare"
    assert convert("choice", "none", choices=("Medicare", "none")) == "none"
    assert str(convert("choice", "Gold", choices=("Medicare", "none"))).endswith("Medicare, none.")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["04/05/2026", "12/31/2026"], Order.MONTH_FIRST),
        (["04/05/2026", "31/12/2026"], Order.DAY_FIRST),
        (["04/05/2026", "2026-12-31"], Order.NOT_SHOWN),
        (["12/31/2026", "31/12/2026"], Order.MIXED),
    ],
)
def test_the_file_shows_which_number_is_the_day(cells, order):
    assert detect_order(cells) == order


def test_a_date_with_two_meanings_follows_the_file_or_is_refused():
    assert convert("date", "04/05/2026", Order.MONTH_FIRST) == "2026-04-05"
    assert convert("date", "04/05/2026", Order.DAY_FIRST) == "2026-05-04"
    assert convert("date", "05/05/2026", Order.MIXED) == "2026-05-05"
    assert "two meanings" in str(convert("date", "04/05/2026", Order.MIXED))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ada@X.Example", "Ada@x.example"),
        ("o'dell+news@x.example", "o'dell+news@x.example"),
        ("ana@peña.example", "ana@xn--pea-8ma.example"),
        ("ana@faß.example", "ana@xn--fa-hia.example"),
        ("ana@XN--FA-HIA.example", "ana@xn--fa-hia.example"),
    ],
)
def test_an_address_has_one_form(written, normal):
    assert normalize_email(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "ada", "ada@", "@x.example", "a b@x.example", "a@x.example; b@x.example", "ada@x",
        "ada@x..example", "ada@-x.example", "ada@192.0.2.1", ".ada@x.example", "ada@x.example.",
        "a\u202eñ@x.example",
        f"{'a' * 65}@x.example", "ada@xn--zzzzzz--.example", "Ada <ada@x.example>",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_and_not_repeated(written):
    with pytest.raises(AddressError) as refusal:
        normalize_email(written)
    assert written not in str(refusal.value)
