"""Stored content keeps what its blocks can say, and nothing else."""

import pytest

from campaigns.content import markup
from campaigns.content.model import read_content
from campaigns.content.problems import ContentRefused


def test_keeps_only_what_a_block_has_a_use_for():
    made = read_content(
        {
            "subject": "Hello",
            "blocks": [{"id": "a", "type": "text", "text": "x", "onclick": "y", "show_if": ""}],
            "secret": 1,
        }
    )
    assert made.as_json() == {
        "subject": "Hello",
        "preheader": "",
        "blocks": [{"id": "a", "type": "text", "text": "x", "size": "normal"}],
    }
    assert read_content(made.as_json()) == made


@pytest.mark.parametrize(
    "document",
    [
        {"subject": 3},
        {"blocks": "x"},
        {"blocks": ["x"]},
        {"blocks": [{"type": "script"}]},
        {"blocks": [{"type": "text", "text": ["x"]}]},
        {"blocks": [{"type": "text", "text": "x", "size": "huge"}]},
        {"blocks": [{"type": "text", "text": "x" * 20_001}]},
        {"blocks": [{"type": "columns", "columns": []}]},
        {"blocks": [{"type": "columns", "columns": [[]] * 4}]},
        {"blocks": [{"type": "columns", "columns": [[{"type": "columns", "columns": [[]]}]]}]},
        {"blocks": [{"type": "divider"}] * 201},
        {"mjml": {"a": 1}},
        {"mjml": "x" * 300_000},
    ],
)
def test_refuses_another_shape(document):
    with pytest.raises(ContentRefused):
        read_content(document)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>two</p><p>three</p>"),
        ("**a** *b* 2*3*4 a_b", "<p><b>a</b> <i>b</i> 2*3*4 a_b</p>"),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("1. one\n2. two\nthen", "<ol><li>one</li><li>two</li></ol><p>then</p>"),
        ("[a *b*](https://e.example/*x*)", '<p><a href="https://e.example/*x*">a *b*</a></p>'),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>"),
        ("[x](javascript:alert)", "<p><a>x</a></p>"),
    ],
)
def test_marks_become_html(source, html):
    assert markup.to_html(source) == html
