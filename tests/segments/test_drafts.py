from django.http import QueryDict
from hypothesis import given

from segments.builder import Box, build, rows
from segments.drafts import change, new_draft, read_draft
from segments.parsing import parse
from segments.rules import Group
from tests.segments.people import SCHEMA, condition, group
from tests.segments.strategies import RULES

GOLD = condition("attribute.plan", "is", value="Gold")


def read(**fields):
    form = QueryDict(mutable=True)
    for name, value in fields.items():
        form.setlist(f"rule.{name}", value if isinstance(value, list) else [value])
    return read_draft(form.lists(), SCHEMA)


def fields_of(box):
    """What a browser posts when it is shown the builder."""
    for item in rows(box):
        if isinstance(item, Box):
            yield f"{item.name}.match", [one.value for one in item.matches if one.is_selected]
            continue
        chosen = [one.value for many in item.fields for one in many.options if one.is_selected]
        yield f"{item.name}.field", chosen
        yield f"{item.name}.operator", [one.value for one in item.operators if one.is_selected]
        for shown in item.inputs:
            selected = [one.value for one in shown.options if one.is_selected]
            yield f"{item.name}.{shown.name}", selected if shown.options else [shown.text]


@given(RULES)
def test_what_the_page_shows_comes_back_as_the_same_rule(rule):
    posted = read_draft(fields_of(build(rule, SCHEMA)), SCHEMA)
    assert parse(posted, SCHEMA) == parse(rule, SCHEMA)


def test_a_changed_field_starts_with_its_first_operator():
    draft = read(**{"match": "all", "0.field": "attribute.visits", "0.operator": "contains"})
    assert draft["rules"] == [condition("attribute.visits", "equals", value="")]


def test_keeps_what_was_typed_if_it_is_no_number():
    draft = read(
        **{
            "0.field": "attribute.visits",
            "0.operator": "between",
            "0.low": "1,200",
            "0.high": "many",
        }
    )
    assert draft["rules"] == [condition("attribute.visits", "between", low=1200, high="many")]


def test_a_period_without_a_length_is_no_period():
    draft = read(
        **{
            "0.field": "activity.opened",
            "0.operator": "did",
            "0.times": "2",
            "0.amount": "",
            "0.unit": "days",
        }
    )
    assert draft["rules"] == [condition("activity.opened", "did", times=2)]


def test_reads_gaps_in_order_and_no_foreign_fields():
    form = QueryDict(
        "rule.match=any&rule.7.field=a&rule.2.field=b&name=x&rule.x.field=c&rules.0.field=d"
    )
    draft = read_draft(form.lists(), SCHEMA)
    assert draft == {"match": "any", "rules": [condition("b", ""), condition("a", "")]}


def test_a_bottomless_name_is_no_field():
    name = "rule." + "0." * 500 + "field"
    assert read_draft([(name, ["x"])], SCHEMA) == {"match": "all", "rules": []}


def test_adds_and_removes_at_any_place():
    draft = group("all", GOLD, group("any", GOLD))
    added = change(draft, "add-rule:1")
    assert added["rules"][1]["rules"][1] == condition("", "")
    assert change(added, "remove:1.0")["rules"][1]["rules"] == [condition("", "")]
    assert change(draft, "remove:1") == group("all", GOLD)
    nested = change(draft, "add-group:")
    assert nested["rules"][2] == {"match": "any", "rules": [condition("", "")]}
    assert draft == group("all", GOLD, group("any", GOLD))


def test_an_order_for_a_place_that_is_gone_changes_nothing():
    draft = group("all", GOLD)
    for order in ("remove:7", "add-rule:0", "add-group:3.1", "remove:", "fly:0", ""):
        assert change(draft, order) == draft


def test_shows_the_problem_beside_its_row_and_marks_phi():
    draft = group("all", condition("attribute.smoker", "yes"), condition("", ""))
    box = build(draft, SCHEMA)
    assert [row.is_phi for row in box.items] == [True, False]
    assert box.is_outermost
    assert [many.label for many in box.items[0].fields] == [
        "Person",
        "Attributes",
        "Consent",
        "Activity",
    ]


def test_a_new_draft_is_one_rule_to_choose():
    assert new_draft() == group("all", condition("", ""))
    assert isinstance(parse(group("all", GOLD), SCHEMA), Group)
