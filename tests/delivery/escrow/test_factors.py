"""What opens a message: one row for each reason to wait, and never less than it says."""

import pytest

from delivery.escrow.checks import Fact
from delivery.escrow.factors import BY_REASON, Questions, Strength, questions, required
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


@pytest.mark.parametrize(
    ("needed", "passphrase", "asked"),
    [
        (ONE, 0, Questions((Fact.POSTAL_CODE,))),
        (EVERY, 0, Questions((Fact.POSTAL_CODE, Fact.BIRTH_DATE))),
        (AGREED, 0, Questions()),
        (Strength.NOTHING_KNOWN, 0, Questions()),
        (ONE, AGREED, Questions(passphrase=True)),
        (AGREED, AGREED, Questions(passphrase=True)),
    ],
)
def test_a_passphrase_stands_for_facts_and_never_the_other_way(needed, passphrase, asked):
    found = questions(needed, on_file=BOTH, preferred=Fact.POSTAL_CODE, passphrase=passphrase)
    assert found == asked
    assert bool(found) == bool(asked.facts or asked.passphrase)


def test_nothing_on_file_asks_nothing_and_opens_nothing():
    assert not questions(ONE, on_file=(), preferred=Fact.BIRTH_DATE)


def test_guessing_wrong_on_purpose_makes_no_question_fewer_where_all_are_needed():
    spent = {"spent": (Fact.BIRTH_DATE,), "preferred": Fact.BIRTH_DATE, "passphrase": 0}
    assert questions(ONE, on_file=BOTH, **spent) == Questions((Fact.POSTAL_CODE,))
    assert questions(EVERY, on_file=BOTH, **spent) == Questions()
