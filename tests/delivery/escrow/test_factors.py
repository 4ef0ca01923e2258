"""What opens a message: one row for each reason to wait, and never less than it says."""

import pytest

from delivery.escrow.checks import Fact
from delivery.escrow.factors import BY_REASON, Known, Questions, Strength, questions, required
from delivery.models import EscrowItem

BOTH = (Fact.BIRTH_DATE, Fact.POSTAL_CODE)
ONE, EVERY, AGREED = Strength.ONE_FACT, Strength.EVERY_FACT, Strength.AGREED
# reason: trusted code, code that left unsafely, specially protected; then the same with must_agree
NEEDED = {
    "unsafe_transport": (EVERY, EVERY, EVERY, AGREED, AGREED, AGREED),
    "downgraded": (EVERY, EVERY, EVERY, AGREED, AGREED, AGREED),
    "specially_protected": (EVERY, EVERY, EVERY, AGREED, AGREED, AGREED),
    "prefers_portal": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
    "shared_address": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
    "listed_domain": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
    "author_choice": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
    "must_arrive": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
    "staff_choice": (ONE, EVERY, EVERY, ONE, AGREED, AGREED),
}


def ask(reason, *, special=False, trusted=True, agree=False):
    return required(
        reason, is_specially_protected=special, code_is_trusted=trusted, must_agree=agree
    )


@pytest.mark.parametrize("reason", NEEDED)
def test_each_reason_needs_what_its_row_says(reason):
    found = [
        ask(reason, agree=agree, **more)
        for agree in (False, True)
        for more in ({}, {"trusted": False}, {"special": True})
    ]
    assert tuple(found) == NEEDED[reason]


def test_every_reason_has_a_row_and_an_unknown_one_opens_to_nobody():
    assert set(BY_REASON) == set(EscrowItem.Reason.values) == set(NEEDED)
    assert ask("of tomorrow") == Strength.NOTHING_KNOWN


# What is needed; then what is asked of who has facts, no fact, a phone and facts, a phone and no fact, and of
# who has a phone and guessed the date of birth wrong. By mail unless it says TEXTED.
TEXTED, NOTHING = Questions(by_phone=True), Questions()
ZIP, DATE_AND_ZIP = (
    Questions((Fact.POSTAL_CODE,)),
    Questions((Fact.POSTAL_CODE, Fact.BIRTH_DATE)),
)
ASKED = {
    ONE: (ZIP, NOTHING, ZIP, TEXTED, ZIP),
    EVERY: (DATE_AND_ZIP, NOTHING, TEXTED, TEXTED, TEXTED),
    AGREED: (NOTHING, NOTHING, TEXTED, TEXTED, TEXTED),
    Strength.NOTHING_KNOWN: (NOTHING,) * 5,
}
PEOPLE = (
    Known(BOTH),
    Known(),
    Known(BOTH, has_phone=True),
    Known(has_phone=True),
    Known(BOTH, spent=(Fact.BIRTH_DATE,), has_phone=True),
)


@pytest.mark.parametrize("needed", Strength)
def test_each_person_is_asked_what_the_row_says(needed):
    found = tuple(questions(needed, each, preferred=Fact.POSTAL_CODE) for each in PEOPLE)
    assert found == ASKED[needed]


@pytest.mark.parametrize("needed", Strength)
@pytest.mark.parametrize("has_phone", [False, True])
def test_a_passphrase_stands_for_facts_and_phone_and_never_the_other_way(needed, has_phone):
    known = Known(BOTH, passphrase=AGREED, has_phone=has_phone)
    asked = questions(needed, known, preferred=Fact.POSTAL_CODE)
    assert asked == (Questions(passphrase=True) if needed <= AGREED else NOTHING)


@pytest.mark.parametrize("weaker", [ONE, EVERY])
def test_a_weaker_passphrase_that_is_in_the_keys_is_asked_for_beside_the_phone(weaker):
    known = Known(BOTH, passphrase=weaker, is_in_keys=True, has_phone=True)
    asked = questions(AGREED, known, preferred=Fact.POSTAL_CODE)
    assert asked == Questions(by_phone=True, passphrase=True)


def test_nothing_on_file_asks_nothing_and_opens_nothing():
    assert not questions(ONE, Known(), preferred=Fact.BIRTH_DATE)
    assert questions(ONE, Known(has_phone=True), preferred=Fact.BIRTH_DATE)


def test_guessing_wrong_on_purpose_makes_no_question_fewer_where_all_are_needed():
    spent = Known(BOTH, spent=(Fact.BIRTH_DATE,))
    assert questions(ONE, spent, preferred=Fact.BIRTH_DATE) == Questions((Fact.POSTAL_CODE,))
    assert questions(EVERY, spent, preferred=Fact.BIRTH_DATE) == Questions()
