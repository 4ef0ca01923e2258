import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.fields import FieldType
from segments.operators import OPERATORS
from segments.parsing import MOST_CONDITIONS, RuleInvalid, parse
from segments.rules import conditions
from tests.segments.people import SCHEMA, condition, group
from tests.segments.strategies import RULES

GOLD = condition("attribute.plan", "is", value="Gold")


def problems(rule):
    with pytest.raises(RuleInvalid) as refusal:
        parse(rule, SCHEMA)
    return [(problem.path, problem.message) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (condition("", "is"), "Choose a field."),
        (condition("attribute.gone", "is"), "The contact schema no longer has this field. Choose"),
        (condition("attribute.plan", ""), "Choose what should be true of “Plan”."),
        (condition("attribute.plan", "between"), "Choose what should be true of “Plan”."),
        (condition("attribute.plan", "is", value="Bronze"), "Choose from the choices of “Plan”."),
        (condition("attribute.plan", "is_one_of", values=[]), "Choose from the choices of “Plan”."),
        (condition("attribute.plan", "is_one_of", values=[{}]), "Choose from the choices of “Plan"),
        (condition("identity.language", "is", value="Spanish"), "Choose from the choices of “Lang"),
        (condition("attribute.city", "is", value=" "), "Enter the text to look for"),
        (condition("attribute.city", "is", value="x" * 201), "Shorten the text to 200 characters."),
        (condition("attribute.city", "is_one_of", values=[]), "Enter at least one text."),
        (condition("attribute.city", "is_one_of", values=["x"] * 101), "Enter at most 100 texts"),
        (condition("attribute.visits", "equals", value="5"), "“5” is no number. Enter a number."),
        (condition("attribute.visits", "equals", value=True), "Enter a number."),
        (condition("attribute.visits", "equals", value=float("nan")), "Enter a number of at most"),
        (condition("attribute.visits", "equals", value=10**400), "Enter a number of at most"),
        (condition("attribute.visits", "between", low=5, high=1), "Enter the lower number first."),
        (condition("attribute.last_visit", "on", value="3/1/2026"), "Enter a date as year-month-"),
        (
            condition("attribute.last_visit", "on", value="2026-02-30"),
            "Enter a date as year-month-",
        ),
        (
            condition("attribute.last_visit", "between", low="2026-02-02", high="2026-02-01"),
            "Enter the earlier date first.",
        ),
        (
            condition("attribute.last_visit", "in_the_last", amount=2, unit="moons"),
            "Choose days, weeks, months or years.",
        ),
        (
            condition("attribute.last_visit", "in_the_last", amount=101, unit="years"),
            "Enter a whole number of years from 0 to 100.",
        ),
        (condition("identity.birth_date", "anniversary_in", month="13"), "Choose a month."),
        (condition("activity.opened", "did", times=0), "Enter how many times, from 1 to 1,000."),
        (condition("activity.opened", "did", times=1, amount=3), "Choose days, weeks, months or"),
        (condition("activity.opened", "did", times=1, campaign="x"), "Choose a campaign, or leave"),
        (condition("attribute.smoker", "yes", value="x"), "“Smoker is yes” takes no “value”."),
        ("text", "A rule has a field, an operator and its values."),
    ],
)
def test_refuses_with_a_sentence_that_says_what_to_do(rule, sentence):
    [(path, message)] = problems(group("all", rule))
    assert path == (0,)
    assert message.startswith(sentence)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            {"match": "some", "rules": []},
            "Choose whether people match all, any or none of the rules.",
        ),
        ({"match": "all"}, "A group has “match” and “rules”, and nothing else."),
        ({"match": "all", "rules": {}}, "The rules of a group are a list."),
        (group("any"), "Add a rule to this group, or remove the group."),
        (None, "A group has “match” and “rules”, and nothing else."),
    ],
)
def test_refuses_a_group_that_is_none(rule, sentence):
    assert problems(rule) == [((), sentence)]


def test_names_every_wrong_part_by_its_place():
    wrong = condition("attribute.city", "is", value="")
    found = problems(group("all", GOLD, wrong, group("any", GOLD, wrong), group("any")))
    assert [path for path, _ in found] == [(1,), (2, 1), (3,)]


def test_nests_four_deep_and_no_deeper():
    four = group("all", group("any", group("all", group("none", GOLD))))
    parse(four, SCHEMA)
    [(path, message)] = problems(group("all", four))
    assert path == (0, 0, 0, 0)
    assert message == "Nest groups at most 4 deep. Move these rules one group up."


def test_refuses_more_rules_than_anybody_can_review():
    parse(group("any", *[GOLD] * MOST_CONDITIONS), SCHEMA)
    [(_, message)] = problems(group("any", *[GOLD] * (MOST_CONDITIONS + 1)))
    assert message == "Use at most 50 rules in a segment."


@given(RULES)
def test_reads_every_operator_of_every_field(rule):
    for read in conditions(parse(rule, SCHEMA)):
        assert read.operator in OPERATORS[read.field.type]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["match", "rules", "field", "operator", "value", "amount"]), inner
        )
    ),
)


@given(JSON)
def test_refuses_any_other_json_without_breaking(rule):
    with pytest.raises(RuleInvalid):
        parse({"match": "all", "rules": [rule]}, SCHEMA)


def test_every_type_of_field_has_operators():
    assert set(OPERATORS) == set(FieldType)


@pytest.mark.parametrize(
    ("entered", "way_out"),
    [
        ({"low": 65, "high": ""}, "Enter the highest number, or choose “is at least”."),
        ({"low": "", "high": 17}, "Enter the lowest number, or choose “is at most”."),
    ],
)
def test_half_a_range_leads_to_the_condition_without_the_other_end(entered, way_out):
    rule = group("all", condition("identity.age", "between", **entered))
    assert problems(rule) == [((0,), way_out)]
