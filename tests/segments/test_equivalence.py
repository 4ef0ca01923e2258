from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from segments.evaluation import Evaluator
from segments.parsing import parse
from segments.periods import AsOf
from tests.segments import oracle
from tests.segments.people import SCHEMA
from tests.segments.strategies import RULES, TODAYS, people

ZONES = [ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland"), ZoneInfo("UTC")]


@settings(max_examples=400, deadline=None)
@given(st.data(), RULES, TODAYS, st.sampled_from(ZONES))
def test_the_compiled_rule_agrees_with_the_slow_reading(data, rule, today, zone):
    crowd = data.draw(st.lists(people(rule, today, zone), min_size=1, max_size=8))
    evaluator = Evaluator(parse(rule, SCHEMA), AsOf(today, zone))
    for person in crowd:
        assert evaluator.matches(person) is oracle.matches(rule, person, today, zone)


@settings(max_examples=200, deadline=None)
@given(st.data(), RULES, TODAYS)
def test_the_counts_of_the_outermost_group_add_up(data, rule, today):
    crowd = data.draw(st.lists(people(rule, today, ZONES[0]), max_size=8))
    evaluator = Evaluator(parse(rule, SCHEMA), AsOf(today, ZONES[0]))
    matching = sum(evaluator.matches(person) for person in crowd)
    parts = [evaluator.counts[(place,)] for place in range(len(rule["rules"]))]
    expected = {"all": parts[-1], "any": sum(parts), "none": len(crowd) - sum(parts)}
    assert matching == expected[rule["match"]]
