"""Rules and people for Hypothesis: every operator; values that are missing, odd, on the edge."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from hypothesis import strategies as st

from segments.fields import FieldType
from segments.operators import OPERATORS
from tests.segments.oracle import step
from tests.segments.people import SCHEMA, Fact, Person

TODAYS = st.one_of(
    st.sampled_from([date(2024, 2, 29), date(2026, 3, 31), date(2026, 12, 31), date(2026, 11, 1)]),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
CAMPAIGNS = [UUID(int=1), UUID(int=2)]
TEXTS = st.sampled_from(
    ["Gold", "gold ", "Straße", "STRASSE", "a", "el", "elm.example", "Elm", "ş"]
)
DAYS = st.dates(date(1920, 1, 1), date(2032, 12, 31)).map(date.isoformat)
NUMBERS = st.one_of(st.integers(-3, 60), st.floats(-3, 60, allow_nan=False), st.just(2**53))
UNITS = {"days": 800, "weeks": 60, "months": 30, "years": 60}


def pairs(values):
    return st.tuples(values, values).map(sorted).map(lambda pair: {"low": pair[0], "high": pair[1]})


PERIODS = st.sampled_from(list(UNITS)).flatmap(
    lambda unit: st.integers(0, UNITS[unit]).map(lambda amount: {"amount": amount, "unit": unit})
)
BY_OPERANDS = {
    (): st.just({}),
    ("value:text",): st.fixed_dictionaries({"value": TEXTS}),
    ("values:texts",): st.fixed_dictionaries({"values": st.lists(TEXTS, min_size=1, max_size=3)}),
    ("value:number",): st.fixed_dictionaries({"value": NUMBERS}),
    ("low:number", "high:number"): pairs(NUMBERS),
    ("value:date",): st.fixed_dictionaries({"value": DAYS}),
    ("low:date", "high:date"): pairs(DAYS),
    ("amount:amount", "unit:unit"): PERIODS,
    ("month:month",): st.fixed_dictionaries(
        {"month": st.sampled_from(["this", "next", *map(str, range(1, 13))])}
    ),
    ("times:times", "amount:amount", "unit:unit", "campaign:campaign"): st.builds(
        lambda times, period, campaign: {"times": times, **period, **campaign},
        st.integers(1, 3),
        st.one_of(st.just({}), PERIODS),
        st.one_of(st.just({}), st.sampled_from(CAMPAIGNS).map(lambda one: {"campaign": str(one)})),
    ),
}


def by_choice(field):
    """Operands of the operators that choose from what the field has."""
    choices = st.sampled_from(field.choices[:5])

    def in_order(chosen):
        return sorted(chosen, key=field.choices.index)

    return {
        ("value:choice",): st.fixed_dictionaries({"value": choices}),
        ("values:choices",): st.fixed_dictionaries(
            {"values": st.sets(choices, min_size=1, max_size=4).map(in_order)}
        ),
    }


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(list(SCHEMA.values())))
    operator = draw(st.sampled_from(list(OPERATORS[field.type].values())))
    operands = tuple(f"{operand.name}:{operand.kind}" for operand in operator.operands)
    values = BY_OPERANDS | (by_choice(field) if field.choices else {})
    return {"field": field.key, "operator": operator.name, **draw(values[operands])}


MATCHES = st.sampled_from(["all", "any", "none"])


def groups(rules):
    return st.fixed_dictionaries(
        {"match": MATCHES, "rules": st.lists(rules, min_size=1, max_size=3)}
    )


RULES = groups(st.one_of(conditions(), groups(st.one_of(conditions(), groups(conditions())))))

# Wrong types stand in each column now and then: a field may have changed its type.
ODD = st.sampled_from([None, "", "  ", True, 7, "2026", "Elm Street"])


def maybe(values):
    return st.one_of(values, values, values, ODD)


def edges(rule, today):
    """The days on which an answer to the rule can change."""
    if "rules" in rule:
        return [day for inner in rule["rules"] for day in edges(inner, today)]
    days = [today]
    if "unit" in rule:
        days += [step(today, rule["amount"], rule["unit"], sign) for sign in (-1, 1)]
    return days + [date.fromisoformat(text) for text in rule.values() if is_iso_day(text)]


def is_iso_day(text):
    return isinstance(text, str) and len(text) == 10 and text[4] == "-"


def near(days):
    """Days on and around the edges, and days anywhere, as people of all ages have them."""
    offsets = st.one_of(st.integers(-1, 1), st.integers(-800, 800), st.integers(-30_000, 300))
    return st.builds(
        lambda day, offset: day + timedelta(days=offset), st.sampled_from(days), offsets
    )


def facts(days, zone):
    hours = st.sampled_from([time(0, 30), time(12, 30), time(23, 30)])
    instants = st.builds(
        lambda day, hour: datetime.combine(day, hour, zone).astimezone(UTC), near(days), hours
    )
    kinds = st.sampled_from(["opened", "clicked"])
    causes = st.sampled_from([None, *CAMPAIGNS])
    return st.lists(st.builds(Fact, kinds, instants, causes), max_size=4).map(tuple)


def some_of(columns):
    return st.fixed_dictionaries({}, optional=columns)


def people(rule, today, zone):
    days = edges(rule, today)
    iso_days = near(days).map(date.isoformat)
    return st.builds(
        Person,
        identity=some_of(
            {
                "birth_date": maybe(iso_days),
                "language": maybe(st.sampled_from(["en", "es", "af", "zu", "xx"])),
                "email": maybe(TEXTS.map(lambda domain: f"ada@{domain}")),
                "phone": maybe(st.just("+12025550100")),
            }
        ),
        attributes=some_of(
            {
                "plan": maybe(TEXTS),
                "city": maybe(TEXTS),
                "visits": maybe(NUMBERS),
                "last_visit": maybe(iso_days),
                "smoker": maybe(st.booleans()),
            }
        ),
        consents=some_of(
            {key: st.sampled_from(["granted", "withdrawn"]) for key in ("marketing", "part2")}
        ),
        activity=facts(days, zone),
        is_patient=st.booleans(),
    )


assert {field.type for field in SCHEMA.values()} == set(FieldType)
