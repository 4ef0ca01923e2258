"""The merge language accepts plain look-ups and refuses everything that could reach further."""

import pickle
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.merge.fields import MergeField, build_schema
from campaigns.merge.language import MergeError, parse, parse_condition
from campaigns.merge.tree import run

SCHEMA = build_schema(
    [
        MergeField("given_name", "Given name", phi_class="limited"),
        MergeField("balance", "Balance", "number", "phi"),
        MergeField("next_visit", "Next visit", "date", "phi"),
        MergeField("has_plan", "Has a plan", "boolean", "phi"),
        MergeField(
            "visits",
            "Visits",
            "list",
            "phi",
            items=(MergeField("day", "Day", "date"), MergeField("doctor", "Doctor")),
        ),
    ]
)
ADA = {"given_name": "Ada", "balance": 1204.5, "next_visit": "2026-11-24", "has_plan": True}


def rendered(source, values=ADA):
    out = []
    run(parse(source, SCHEMA).program, values, out)
    return "".join(out)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ given_name }}.", "Hello Ada."),
        ("{{ nick }}", MergeError),
        ('{{ given_name | default("there") | upper }}', "ADA"),
        ("{{ balance | money }} or {{ balance | number(1) }}", "$1,204.50 or 1,204.5"),
        ("{{ next_visit }}", "November 24, 2026"),
        ('{{ next_visit | date("long") }}', "Tuesday, November 24, 2026"),
        ("{{ has_plan }}", "yes"),
        ("{% if balance > 100 %}high{% elif balance %}low{% else %}none{% endif %}", "high"),
        ('{% if given_name in ["Ada", "Bea"] and not has_plan %}a{% else %}b{% endif %}', "b"),
        ('{% if given_name not in ["Ada"] %}a{% else %}b{% endif %}', "b"),
        ('{% if next_visit < "2027-01-01" %}soon{% endif %}', "soon"),
        ("{% if given_name > 3 %}never{% endif %}", ""),
    ],
)
def test_says_what_the_template_means(source, text):
    if text is MergeError:
        with pytest.raises(MergeError):
            parse(source, SCHEMA)
    else:
        assert rendered(source) == text


def test_repeats_over_a_list_up_to_the_cap():
    source = "{% for visit in visits %}{{ visit.day }} {{ visit.doctor }};{% endfor %}"
    visits = [{"day": "2026-11-24", "doctor": "Lee"}] * 80
    text = rendered(source, {"visits": visits})
    assert text.count("November 24, 2026 Lee;") == 50


def test_missing_values_show_nothing_and_take_the_fallback():
    assert rendered('[{{ given_name }}|{{ given_name | default("there") }}]', {}) == "[|there]"
    assert rendered('{{ given_name | default("there") }}', {"given_name": ""}) == "there"
    assert rendered("{{ next_visit }}", {"next_visit": date(2026, 1, 2)}) == "January 2, 2026"


def test_lists_the_fields_it_uses():
    merge = parse("{% if has_plan %}{{ given_name }}{% endif %}{{ organization }}", SCHEMA)
    assert merge.fields == {"has_plan", "given_name", "organization"}


def test_a_parsed_template_travels_to_a_worker():
    program = pickle.loads(pickle.dumps(parse("Hi {{ given_name }}", SCHEMA))).program  # noqa: S301
    out = []
    run(program, ADA, out)
    assert out == ["Hi ", "Ada"]


HOSTILE = [
    "{{ given_name.__class__ }}",
    "{{ given_name['__class__'] }}",
    "{{ given_name.upper() }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ 'x' * 50000000 }}",
    "{{ 9 ** 99999 }}",
    "{{ given_name ~ balance }}",
    "{{ given_name | attr('upper') }}",
    "{{ given_name | format }}",
    "{{ given_name | default(given_name) }}",
    "{{ given_name | default('a', true) }}",
    "{{ given_name | default(fallback='a') }}",
    "{{ given_name | default('{{ balance }}') }}",
    "{{ given_name | default(*visits) }}",
    "{{ self }}",
    "{{ lipsum }}",
    "{{ cycler() }}",
    "{{ request.tenant }}",
    "{{ visits }}",
    "{{ visits[0].doctor }}",
    "{{ given_name if has_plan else '' }}",
    "{{ 1 < balance < 3 }}",
    "{{ balance is number }}",
    "{{ _token }}",
    "{{ given_name | number(900) }}",
    "{{ next_visit | date('%Y') }}",
    "{% set a = 1 %}",
    "{% macro a() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% do x %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% for a in visits recursive %}{% endfor %}",
    "{% for a in visits if a %}{% endfor %}",
    "{% for a, b in visits %}{% endfor %}",
    "{% for a in 'abc' %}{% endfor %}",
    "{% for a in given_name %}{% endfor %}",
    "{% for given_name in visits %}{% endfor %}",
    "{% for a in visits %}{% for b in visits %}{% endfor %}{% endfor %}",
    "{% for a in visits %}{{ a.secret }}{% endfor %}",
    "{% for a in visits %}{{ a }}{{ loop.index }}{% endfor %}",
    "{% if given_name",
    "{% endif %}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{% if has_plan %}" * 400 + "{% endif %}" * 400,
    "{{ " + "9" * 5000 + " }}",
    "{{ given_name }}" * 11_000,
    "x" * 600_000,
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:48])
def test_refuses_what_reaches_further(source):
    with pytest.raises(MergeError) as refused:
        parse(source, SCHEMA)
    assert str(refused.value).endswith((".", "}", ")", "100"))
    assert refused.value.line >= 1


def test_names_the_line_of_the_mistake():
    with pytest.raises(MergeError, match="There is no field “nick”") as refused:
        parse("Hello\n{{ given_name }}\n{{ nick }}", SCHEMA)
    assert refused.value.line == 3


@pytest.mark.parametrize(
    "source", ["a %}x{% if b", "has_plan %}", "", "has_plan\n", "# x", "{{ has_plan }}", "nick"]
)
def test_a_condition_is_one_expression(source):
    with pytest.raises(MergeError):
        parse_condition(source, SCHEMA)


def test_a_condition_reads_the_values():
    assert parse_condition("balance >= 1000 and has_plan", SCHEMA).value(ADA) is True


WORDS = (
    "{{ }} {% %} {# #} if for in endif endfor given_name visits | default ( ) [ ] . __class__ * ~"
)
PIECES = st.sampled_from([*WORDS.split(), "'", '"', "\n", " "])


@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map(" ".join))
@example("{{ given_name }}")
def test_any_text_is_refused_or_renders_without_harm(source):
    try:
        merge = parse(source, SCHEMA)
    except MergeError:
        return
    out = []
    run(merge.program, ADA, out)
    assert all(isinstance(piece, str) for piece in out)
    assert merge.fields <= set(SCHEMA)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["given_name", "balance", "next_visit", "visits"]), JSON))
def test_any_value_renders_as_text(values):
    source = (
        "{{ given_name | title | truncate(5) }}{{ balance | money }}{{ balance | number(2) }}"
        "{{ next_visit }}{{ next_visit | time }}{% if balance > 3 %}a{% endif %}"
        "{% if given_name in ['a', 3] or next_visit == balance %}b{% endif %}"
        "{% for visit in visits %}{{ visit.day }}{% endfor %}"
    )
    assert isinstance(rendered(source, values), str)
