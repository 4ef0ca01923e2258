from uuid import UUID

import pytest

from segments.evaluation import Evaluator
from segments.parsing import parse
from tests.segments.people import SCHEMA, TODAY, Fact, Person, condition, group

GOLD = condition("attribute.plan", "is", value="Gold")
ELM = condition("attribute.city", "contains", value="elm")
NOBODY_KNOWN = Person()


def matches(rule, person):
    tree = rule if "rules" in rule else group("all", rule)
    return Evaluator(parse(tree, SCHEMA), TODAY).matches(person)


def test_a_missing_value_matches_nothing_but_is_not_known():
    asked = [
        GOLD,
        condition("attribute.plan", "is_not", value="Gold"),
        condition("attribute.visits", "less_than", value=5),
        condition("attribute.last_visit", "before", value="2026-01-01"),
        condition("attribute.smoker", "no"),
        condition("identity.age", "at_most", value=120),
        condition("attribute.city", "known"),
        condition("identity.email", "known"),
    ]
    assert not any(matches(rule, NOBODY_KNOWN) for rule in asked)
    assert matches(condition("attribute.city", "not_known"), NOBODY_KNOWN)
    assert matches(condition("identity.email", "not_known"), NOBODY_KNOWN)


def test_none_is_exactly_not_any_so_it_has_those_of_whom_nothing_is_known():
    assert matches(group("none", GOLD), NOBODY_KNOWN)


def test_a_value_of_another_type_counts_as_missing():
    changed = Person(attributes={"visits": "12", "last_visit": "Elm Street", "smoker": 1})
    assert matches(condition("attribute.visits", "not_known"), changed)
    assert matches(condition("attribute.last_visit", "not_known"), changed)
    assert matches(condition("attribute.smoker", "not_known"), changed)


def test_an_empty_rule_is_everybody():
    assert matches(group("all"), NOBODY_KNOWN)


@pytest.mark.parametrize("city", ["Elmwood", "  ELM ", "Old Elm Street"])
def test_text_is_compared_without_case_and_outer_blanks(city):
    assert matches(ELM, Person(attributes={"city": city}))


def test_a_mail_domain_is_what_follows_the_last_at_sign():
    rule = condition("identity.email_domain", "is", value="elm.example")
    assert matches(rule, Person(identity={"email": '"a@b"@Elm.example'}))
    assert not matches(rule, Person(identity={"email": "elm.example"}))


def test_never_asked_is_neither_granted_nor_withdrawn():
    states = ("granted", "withdrawn", "never_asked")
    rules = [condition("consent.marketing", state) for state in states]
    withdrew = Person(consents={"marketing": "withdrawn"})
    assert [matches(rule, withdrew) for rule in rules] == [False, True, False]
    assert [matches(rule, NOBODY_KNOWN) for rule in rules] == [False, False, True]


def test_activity_for_a_campaign_counts_only_what_that_campaign_caused():
    spring = UUID(int=7)
    rule = condition("activity.opened", "did", times=2, campaign=str(spring))
    opened = Fact("opened", TODAY.start_of(TODAY.today), spring)
    other = Fact("opened", TODAY.start_of(TODAY.today), UUID(int=8))
    assert not matches(rule, Person(activity=(opened, other)))
    assert matches(rule, Person(activity=(opened, other, opened)))


def test_counts_say_how_many_are_left_added_and_taken_away():
    gold_elm = Person(attributes={"plan": "Gold", "city": "Elm"})
    gold_oak = Person(attributes={"plan": "Gold", "city": "Oak"})
    silver = Person(attributes={"plan": "Silver"})
    tree = group("all", GOLD, group("any", ELM, condition("attribute.city", "is", value="Oak")))
    evaluator = Evaluator(parse(tree, SCHEMA), TODAY)
    assert [evaluator.matches(person) for person in (gold_elm, gold_oak, silver)] == [
        True,
        True,
        False,
    ]
    assert dict(evaluator.counts) == {(0,): 2, (1,): 2, (1, 0): 1, (1, 1): 1}
