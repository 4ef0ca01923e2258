"""Invented people: the same for a seed, and shaped like a clinic's."""

from collections import Counter
from datetime import date

from contacts.synthetic import ATTRIBUTES, CsvFile, People
from delivery.texting.numbers import textable

TODAY = date(2026, 11, 23)


def test_a_seed_always_gives_the_same_people():
    assert list(People(50, seed=1, today=TODAY)) == list(People(50, seed=1, today=TODAY))
    assert list(People(50, seed=1, today=TODAY)) != list(People(50, seed=2, today=TODAY))


def test_families_share_addresses_and_some_mailboxes_are_gone():
    people = list(People(2000, seed=1, today=TODAY))
    addresses = Counter(each.identity.get("email") for each in people)
    assert sum(count > 1 for address, count in addresses.items() if address) > 100
    assert any(str(address).startswith("gone.") for address in addresses)
    assert {str(address).rpartition("@")[2] for address in addresses if address} == {
        "harbourmail.example", "lakepost.example", "postbox.example", "elmmail.example",
        "plainmail.example", "oldcert.example", "greymail.example",
    }  # fmt: skip


def test_every_attribute_is_one_of_the_schema():
    keys = {each.key for each in ATTRIBUTES}
    people = list(People(500, seed=1, today=TODAY))
    assert {key for each in people for key in each.attributes} == keys


def test_the_export_has_twenty_columns_and_a_line_a_person():
    lines = list(CsvFile(People(10, seed=1, today=TODAY)).lines())
    assert len(lines) == 11
    assert {line.count(",") >= 19 for line in lines} == {True}
    assert len(lines[0].split(",")) == 20


def test_their_phones_could_get_a_text_and_belong_to_nobody():
    numbers = {str(each.identity["phone"]) for each in People(300, seed=1, today=TODAY)}
    assert len(numbers) > 200
    assert {number[5:10] for number in numbers} == {"55501"}
    assert {textable(number, {"US"}) for number in numbers} == numbers
