"""What an expert writes in MJML is typeset, and refused if it could harm a reader."""

import re

import pytest

from campaigns.compilation import compile_content
from campaigns.content.problems import ContentRefused
from tests.campaigns.contents import ADA, LETTERHEAD, SCHEMA, mjml_content

TOKEN = "0192f0a0.c2lnbmF0dXJl"


def mjml(inner, head=""):
    return mjml_content(
        f"<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>{inner}</mj-column>"
        "</mj-section></mj-body></mjml>"
    )


def test_an_expert_writes_mjml():
    made = mjml(
        "{% if balance > 100 %}<mj-text>High: {{ balance }}</mj-text>{% endif %}"
        "<mj-button href='https://www.elm.example/go'>Go</mj-button><mj-table><tr>"
        "{% for visit in visits %}<td>{{ visit.doctor }}</td>{% endfor %}</tr></mj-table>",
        head="<mj-style>.x { color: red; }</mj-style>",
    )
    compiled = compile_content(made, SCHEMA, LETTERHEAD)
    rendered = compiled.render(
        {**ADA, "visits": [{"doctor": "Lee"}, {"doctor": "Roe"}]}, token=TOKEN
    )
    assert "High: 120" in rendered.html
    assert "<td>Lee</td><td>Roe</td>" in re.sub(r' style="[^"]*"', "", rendered.html)
    assert "https://links.localhost/u/1" in rendered.html, "the footer cannot be left out"
    assert "High: 120" in rendered.text
    assert f"Go (https://links.localhost/c/{TOKEN}/0)" in rendered.text
    low = compiled.render({**ADA, "balance": 3}, token=TOKEN)
    assert "High" not in low.html + low.text


@pytest.mark.parametrize(
    "inner",
    [
        "<mj-text><script>alert(1)</script></mj-text>",
        "<mj-text><svg onload='x'></svg></mj-text>",
        "<mj-text><p onclick='x'>a</p></mj-text>",
        "<mj-text><iframe src='https://img.elm.example/'></iframe></mj-text>",
        "<mj-text><form action='https://www.elm.example/'></form></mj-text>",
        "<mj-text><a href='javascript:alert(1)'>a</a></mj-text>",
        "<mj-text><a href='http://www.elm.example/'>a</a></mj-text>",
        "<mj-text><img src='https://evil.example/a.png' /></mj-text>",
        "<mj-text><p style='background:url(https://evil.example/a)'>a</p></mj-text>",
        "<mj-text><!--[if mso]><img src='https://evil.example/a.png'><![endif]-->a</mj-text>",
        "<mj-text><!--[if mso]><script>x</script><![endif]-->a</mj-text>",
        "<mj-image src='https://evil.example/a.png' />",
        "<mj-image src='http://img.elm.example/a.png' />",
        "<mj-raw><script>alert(1)</script></mj-raw>",
        "<mj-raw><meta http-equiv='refresh' content='0;url=https://evil.example' /></mj-raw>",
        "<mj-raw><link rel='stylesheet' href='https://evil.example/a.css' /></mj-raw>",
        "<mj-raw><base href='https://evil.example/' /></mj-raw>",
        "<mj-include path='/etc/passwd' />",
        "<mj-social><mj-social-element name='facebook'>a</mj-social-element></mj-social>",
        "<mj-text><p {% if balance %}class='x'{% endif %}>a</p></mj-text>",
        "<mj-text>a < b</mj-text>",
        "<mj-text>open",
        "<mj-bogus>a</mj-bogus>",
    ],
)
def test_refuses_hostile_mjml(inner):
    with pytest.raises(ContentRefused):
        compile_content(mjml(inner), SCHEMA, LETTERHEAD)


LOADING = ["@import 'https://evil.example/a';", ".x{a:url(//evil.example/a)}", ".x{a:b\\75rl(x)}"]


@pytest.mark.parametrize("style", LOADING)
def test_refuses_a_style_sheet_that_loads(style):
    with pytest.raises(ContentRefused):
        compile_content(
            mjml("<mj-text>a</mj-text>", head=f"<mj-style>{style}@media x{{{style}}}</mj-style>"),
            SCHEMA,
            LETTERHEAD,
        )
