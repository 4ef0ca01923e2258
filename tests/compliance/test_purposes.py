"""The words about a purpose say what the send gate asks for."""

import pytest

from compliance.purposes import PURPOSE_RULES, Evidence, Purpose

CARE = "Patients need not agree; they may refuse email (45 CFR 164.506(c))."
OTHERS = "People who are no patients must have opted in."


NEEDED = {
    Evidence.NONE: "need not agree",
    Evidence.OPT_IN: "must have opted in",
    Evidence.WRITTEN: "must have signed an authorization",
}


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.PART2}))
def test_the_words_name_what_is_needed(purpose):
    rule = PURPOSE_RULES[purpose]
    assert NEEDED[rule.patients_need] in rule.basis
    assert ("unless your policy waives it" in rule.basis) == rule.policy_may_waive_opt_in
    assert (rule.others_need, rule.basis_of_others) == (Evidence.OPT_IN, OTHERS)


def test_specially_protected_care_needs_the_same_of_everybody():
    rule = PURPOSE_RULES[Purpose.PART2]
    assert rule.summary == rule.basis == rule.basis_of_others
    assert "agreed in writing" in rule.summary


def test_both_kinds_of_people_are_told_of():
    assert PURPOSE_RULES[Purpose.APPOINTMENT].summary == f"{CARE} {OTHERS}"
