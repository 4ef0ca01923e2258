"""Compiled content says what its templates say, in a form that goes out as it is."""

import pickle
import re

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.compilation import MessageTooLarge, compile_content
from campaigns.content.layout import lay_out
from campaigns.content.letterhead import Letterhead
from campaigns.content.problems import ContentRefused
from campaigns.merge.filters import FILTERS, shown
from compliance.facts import Sensitivity
from tests.campaigns.contents import ADA, LETTERHEAD, REMINDER, SCHEMA, content, text

TOKEN = "0192f0a0.c2lnbmF0dXJl"
REMINDER_COMPILED = compile_content(REMINDER, SCHEMA, LETTERHEAD)


def plain_jinja(source, values):
    """What Jinja2 itself makes of the template: the oracle."""
    environment = jinja2.Environment(autoescape=True, keep_trailing_newline=True, finalize=shown)
    environment.filters.update({name: one.apply for name, one in FILTERS.items()})
    return environment.from_string(source).render(values)


def scope(values):
    known = {"organization": LETTERHEAD.organization, "postal_address": LETTERHEAD.postal_address}
    return dict.fromkeys(SCHEMA) | values | known | {"__token": TOKEN}


def test_the_reminder_reads_well():
    rendered = REMINDER_COMPILED.render(ADA, token=TOKEN)
    assert rendered.subject == "A reminder from Elm Street Clinic"
    assert rendered.text == (
        "Elm Street Clinic\n\nHello Ada\n\nYour visit is on November 24, 2026.\n\n"
        "- Bring your card\n\nLeft\n\n----------------------------------------\n\n[The clinic]\n\n"
        "Tuesday, November 24, 2026\nElm & Oak\n\n"
        f"Plan a visit: https://links.localhost/c/{TOKEN}/0\n\n"
        "Read your message: https://portal.localhost/m/1\n\n"
        "----------------------------------------\nElm Street Clinic, 1 Elm Street, Millbrook\n"
        "Choose what you receive: https://links.localhost/p/1\n"
        "Stop all mail: https://links.localhost/u/1\n"
    )
    assert "Hello Ada</h1>" in rendered.html
    assert f'href="https://links.localhost/c/{TOKEN}/0"' in rendered.html
    assert f'src="https://links.localhost/o/{TOKEN}.gif"' in rendered.html
    assert "Elm &amp; Oak" in rendered.html


def test_knows_its_links_fields_and_sensitivity():
    assert REMINDER_COMPILED.links == ("https://www.elm.example/plan?a=1&b=2",)
    assert REMINDER_COMPILED.hosts == {"www.elm.example"}
    assert {"given_name", "next_visit", "clinic"} <= REMINDER_COMPILED.fields
    assert REMINDER_COMPILED.sensitivity is Sensitivity.S2


def test_goes_to_a_worker_and_renders_the_same_there():
    there = pickle.loads(pickle.dumps(REMINDER_COMPILED))  # noqa: S301
    assert there.render(ADA, token=TOKEN) == REMINDER_COMPILED.render(ADA, token=TOKEN)


def test_leaves_out_what_is_shown_to_others():
    rendered = REMINDER_COMPILED.render({**ADA, "next_visit": None}, token=TOKEN)
    assert "Your visit is on" not in rendered.html
    assert "Your visit is on" not in rendered.text
    assert "Hello Ada\n\nLeft" in rendered.text


def test_without_an_origin_links_stay_as_they_are():
    plain = Letterhead("Elm", "1 Elm Street", LETTERHEAD.image_hosts, counts_opens=True)
    rendered = compile_content(REMINDER, SCHEMA, plain).render(ADA, token=TOKEN)
    assert 'href="https://www.elm.example/plan?a=1&amp;b=2"' in rendered.html
    assert "/o/" not in rendered.html


LINES = [".", "..", "From ", "--", "\r\n.\r\n", "\n", "\t", "   ", "=", "é" * 50, "😀", "x" * 300]
MARKUP = ["<script>alert(1)</script>", "{{ clinic }}", "&amp;", "\"'", "</td>", "\x00", "-->"]
HOSTILE = st.sampled_from([*LINES, *MARKUP])
VALUES = st.lists(HOSTILE | st.text(), max_size=8).map("".join)


def readable(text):
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    return re.sub(r"\r\n|\r", "\n", kept).encode("utf-8", "replace").decode()


EVERYWHERE = content(
    text("{{ given_name }}. {% if balance > 100 %}high **{{ balance }}**{% else %}low{% endif %}"),
    text("[{{ clinic }}](https://www.elm.example/{{ clinic }}/) {{ clinic | upper | trim }}"),
    text('{{ given_name | default("friend & co") | truncate(9) }}', show_if='clinic != "Oak"'),
    {"type": "image", "source": "https://img.elm.example/a.png", "alt": "{{ given_name }}"},
    preheader="{{ clinic }}",
)
EVERYWHERE_COMPILED = compile_content(EVERYWHERE, SCHEMA, LETTERHEAD)
EVERYWHERE_LAYOUT = lay_out(EVERYWHERE, LETTERHEAD)


@given(given_name=VALUES, clinic=VALUES, balance=st.integers(-(10**9), 10**9))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_says_what_jinja_says(given_name, clinic, balance):
    values = {**ADA, "given_name": given_name, "clinic": clinic, "balance": balance}
    rendered = EVERYWHERE_COMPILED.render(values, token=TOKEN)
    html = plain_jinja(EVERYWHERE_LAYOUT.html, scope(values))
    assert collapsed(rendered.html) == collapsed(readable(html))
    environment_text = jinja2.Environment(keep_trailing_newline=True, finalize=shown)  # noqa: S701
    environment_text.filters.update({name: one.apply for name, one in FILTERS.items()})
    plain = environment_text.from_string(EVERYWHERE_LAYOUT.text).render(scope(values))
    assert collapsed(rendered.text) == collapsed(readable(plain))


def collapsed(text):
    """A carriage return that ends a value is a line end of its own, whatever follows it."""
    return re.sub(r"\n+", "\n", text)


@given(given_name=VALUES, clinic=VALUES)
def test_goes_out_as_it_is(given_name, clinic):
    values = {**ADA, "given_name": given_name, "clinic": clinic}
    for _, part in EVERYWHERE_COMPILED.render(values, token=TOKEN).parts:
        lines = part.split(b"\r\n")
        assert lines.pop() == b""
        assert not lines[-1].endswith(b"="), "ends with a line end of its own"
        for line in lines:
            assert re.fullmatch(rb"(?![.F-])[!-~ ]{0,76}", line)
            assert b"  " not in line
            assert not line.endswith(b" ")


CLINIC_SUBJECT = compile_content(content(text("x"), subject="{{ clinic }}"), SCHEMA, LETTERHEAD)


@given(VALUES)
def test_the_subject_stays_on_its_line(clinic):
    rendered = CLINIC_SUBJECT.render({"clinic": clinic}, token="")
    assert not re.search(r"[\x00-\x1f\x7f]", rendered.subject)


def test_no_value_becomes_markup():
    values = {
        **ADA,
        "given_name": "<script>",
        "clinic": '"><b onload=x>',
        "portal_url": "javascript:x",
    }
    html = REMINDER_COMPILED.render(values, token=TOKEN).html
    assert "<script" not in html
    assert "<b onload" not in html
    assert "javascript" not in html


def test_fields_in_addresses_are_encoded():
    button = {"type": "button", "label": "Go", "link": "https://www.elm.example/?c={{ clinic }}"}
    compiled = compile_content(content(button), SCHEMA, LETTERHEAD)
    html = compiled.render({**ADA, "clinic": "a&b=c d/é"}, token=TOKEN).html
    assert 'href="https://www.elm.example/?c=a%26b%3Dc%20d%2F%C3%A9"' in html
    assert compiled.links == ()


def test_shows_what_data_loss_prevention_reads():
    made = content(
        text("MRN: {{ diagnosis }} on file"),
        text("{{ balance }}", show_if="balance > 500"),
        text("{% for visit in visits %}with {{ visit.doctor }}{% endfor %}"),
    )
    compiled = compile_content(made, SCHEMA, LETTERHEAD)
    values = {**ADA, "diagnosis": "0042311", "visits": [{"doctor": "Lee"}, {"doctor": "Roe"}]}
    shown = compiled.values_shown(values)
    assert [(one.place, one.value) for one in shown] == [
        ("body", "0042311"),
        ("body", "Lee"),
        ("body", "Roe"),
    ]
    assert shown[0].before.endswith("MRN: ")
    assert shown[0].after.startswith(" on file")


def test_a_person_with_too_much_to_say_is_refused():
    visits = [{"doctor": "x" * 20_000}] * 50
    block = text("{% for visit in visits %}{{ visit.doctor }}{% endfor %}")
    compiled = compile_content(content(block), SCHEMA, LETTERHEAD)
    with pytest.raises(MessageTooLarge):
        compiled.render({"visits": visits}, token=TOKEN)


@pytest.mark.parametrize(
    ("made", "where", "message"),
    [
        (content(text("x"), subject=""), "subject", "Write a subject."),
        (
            content(text("x"), subject="{{ given_name }}"),
            "subject",
            "is about a patient",
        ),
        (
            content(text("x"), preheader="{{ balance }}"),
            "preheader",
            "“balance” is about",
        ),
        (content(text("{{ nick }}")), "b0", "There is no field “nick”."),
        (content(text("x", show_if="nick")), "b0", "There is no field “nick”."),
        (content(text("")), "b0", "The text has no text yet."),
        (content(text("[x](http://www.elm.example/)")), "b0", "A link begins with https://"),
        (content(text("[x](javascript:alert)")), "b0", "A link begins with https://"),
        (content(text("[x](https://{{ clinic }}.example/)")), "b0", "name of the website"),
        (
            content(text("[x](https://www.elm.example/{{ given_name }})")),
            "message",
            "Take it out of the link",
        ),
        (
            content({"type": "image", "source": "https://evil.example/a.png"}),
            "b0",
            "would tell that website who reads the message",
        ),
    ],
)
def test_refuses_and_says_where_and_what_to_do(made, where, message):
    with pytest.raises(ContentRefused) as refused:
        compile_content(made, SCHEMA, LETTERHEAD)
    problem = refused.value.problems[0]
    assert problem.where == where
    assert message in problem.message


def test_nothing_is_fetched_from_elsewhere():
    html = REMINDER_COMPILED.render(ADA, token=TOKEN).html
    hosts = set(re.findall(r"(?:https?:)?//([a-z0-9.-]+)", html))
    allowed = {"img.elm.example", "links.localhost", "portal.localhost", "www.w3.org"}
    assert hosts <= allowed
