"""Which numbers a code may go to: mobile ones of countries that the operator allows."""

import pytest

from delivery.texting import numbers
from delivery.texting.numbers import NumberRefused

HERE = frozenset({"US", "GB"})


@pytest.mark.parametrize(
    ("written", "sent_to"),
    [("+12075550142", "+12075550142"), ("+1 (207) 555-0142", "+12075550142"),
     ("+44 7400 123456", "+447400123456")],
)  # fmt: skip
def test_a_number_that_takes_texts(written, sent_to):
    assert numbers.textable(written, HERE) == sent_to


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "This is no phone number."),
        ("2075550142", "This is no phone number."),
        ("+1207555014", "This is no phone number."),
        ("+15555550142", "This is no phone number."),
        ("+12075550142 ext. 5", "This is no phone number."),
        ("tel:+12075550142;phone-context=evil.example", "This is no phone number."),
        ("+12075550142\r\nTo: +34612345678", "This is no phone number."),
        ("+1" + "2" * 300, "This is no phone number."),
        ("+34612345678", "No texts go to this country."),
        ("+18765550123", "No texts go to this country."),
        ("+442079460000", "This kind of number takes no texts."),
        ("+18005551234", "This kind of number takes no texts."),
        ("+19005551234", "This kind of number takes no texts."),
    ],
)
def test_any_other_is_refused_and_not_repeated(written, why):
    with pytest.raises(NumberRefused) as refused:
        numbers.textable(written, HERE)
    assert str(refused.value) == why


def test_a_page_shows_two_digits():
    assert numbers.ending("+12075550142") == "42"
