import pytest
from hypothesis import given

from segments.parsing import parse
from segments.sentences import phrases, sentence
from tests.segments.people import SCHEMA, condition, group
from tests.segments.strategies import RULES

AGED = condition("identity.age", "between", low=50, high=74)
LONG_AGO = condition("attribute.last_visit", "longer_ago_than", amount=2, unit="years")
UNKNOWN = condition("attribute.last_visit", "not_known")
SMOKES = condition("attribute.smoker", "yes")


def words(*rules, match="all"):
    return sentence(parse(group(match, *rules), SCHEMA))


def test_reads_as_one_sentence_with_brackets_where_groups_nest():
    assert words(AGED, group("any", LONG_AGO, UNKNOWN), group("none", SMOKES)) == (
        "People whose Age is from 50 to 74, and (whose Last visit is longer ago than 2 years, "
        "or whose Last visit is not known), and who are not among those (whose Smoker is yes)."
    )


def test_the_empty_rule_is_everybody():
    assert words() == "Everybody."


def test_a_rule_of_exclusions_starts_with_everybody():
    assert words(SMOKES, UNKNOWN, match="none") == (
        "Everybody but those whose Smoker is yes, or whose Last visit is not known."
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            condition("attribute.plan", "is_one_of", values=["Gold", "Silver"]),
            "whose Plan is “Gold” or “Silver”",
        ),
        (
            condition("identity.language", "is_one_of", values=["es", "ht"]),
            "whose Language is “Spanish” or “Haitian Creole”",
        ),
        (condition("attribute.city", "is_not", value="Elm"), "whose City is known and not “Elm”"),
        (condition("attribute.visits", "more_than", value=1000), "whose Visits is more than 1,000"),
        (
            condition("attribute.last_visit", "after", value="2026-03-01"),
            "whose Last visit is after March 1, 2026",
        ),
        (
            condition("attribute.last_visit", "in_the_next", amount=1, unit="weeks"),
            "whose Last visit is in the next 1 week",
        ),
        (
            condition("identity.birth_date", "anniversary_in", month="next"),
            "whose Birthday falls in next month of any year",
        ),
        (
            condition("identity.birth_date", "anniversary_in", month="5"),
            "whose Birthday falls in May of any year",
        ),
        (condition("consent.marketing", "withdrawn"), "who withdrew their consent to “Marketing”"),
        (condition("activity.opened", "did", times=1), "for whom “Opened a message” is on record"),
        (
            condition("activity.opened", "did_not", times=3, amount=30, unit="days"),
            "for whom “Opened a message” is on record fewer than 3 times in the last 30 days",
        ),
    ],
)
def test_says_each_condition_in_words(rule, expected):
    assert words(rule) == f"People {expected}."


def test_marks_the_phrases_that_say_something_about_care():
    marked = [
        phrase.text
        for phrase in phrases(parse(group("all", AGED, SMOKES), SCHEMA))
        if phrase.is_phi
    ]
    assert marked == ["whose Smoker is yes"]


@given(RULES)
def test_has_words_for_every_rule_and_closes_its_brackets(rule):
    text = sentence(parse(rule, SCHEMA))
    assert text.startswith(("People ", "Everybody but those "))
    assert text.count("(") == text.count(")")
