"""Advice names what an author may want to change."""

from campaigns.compilation import compile_content
from campaigns.content.lint import advice
from tests.campaigns.contents import LETTERHEAD, REMINDER, SCHEMA, content, mjml_content, text

OWN_HOSTS = frozenset({"www.elm.example"})


def messages(made):
    compiled = compile_content(made, SCHEMA, LETTERHEAD)
    return [(one.where, one.message) for one in advice(made, compiled, SCHEMA, OWN_HOSTS)]


def test_says_nothing_about_a_careful_message():
    careful = content(
        text('Hello {{ given_name | default("there") }}'), text("{{ balance }}", show_if="balance")
    )
    assert messages(careful) == []


def test_names_fields_without_a_fallback():
    assert ("message", "Who has no clinic reads a gap. Give “clinic” a fallback.") in messages(
        REMINDER
    )


def test_names_pictures_without_a_description():
    picture = {"type": "image", "source": "https://img.elm.example/a.png"}
    sentence = "A picture has no description for people who cannot see it."
    assert messages(content(picture)) == [("b0", sentence)]
    made = mjml_content(
        "<mjml><mj-body><mj-section><mj-column><mj-image src='https://img.elm.example/a.png' />"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    assert messages(made) == [("mjml", sentence)]


def test_names_other_websites_long_subjects_and_large_messages():
    made = content(
        text("[Read](https://www.cdc.example/flu)"),
        *[text("word " * 3900)] * 6,
        subject="A reminder " * 8,
        preheader="",
    )
    assert messages(made) == [
        ("subject", "Most mailboxes show 60 characters of a subject."),
        ("preheader", "Without one, mailboxes show the first words they find."),
        ("message", "A link leads to www.cdc.example, which is not one of your websites."),
        ("message", "The message has 123 KB. Gmail clips it at 102 KB."),
    ]
