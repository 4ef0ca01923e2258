"""Content as an author would write it, for the tests that compile it."""

from campaigns.content.letterhead import Letterhead
from campaigns.content.model import read_content
from campaigns.merge.fields import MergeField, build_schema

SCHEMA = build_schema(
    [
        MergeField("given_name", "Given name", phi_class="limited"),
        MergeField("next_visit", "Next visit", "date", "phi"),
        MergeField("balance", "Balance", "number", "phi"),
        MergeField("diagnosis", "Diagnosis", "text", "special"),
        MergeField("clinic", "Clinic"),
        MergeField("visits", "Visits", "list", "phi", items=(MergeField("doctor", "Doctor"),)),
    ]
)
LETTERHEAD = Letterhead(
    "Elm Street Clinic",
    "1 Elm Street, Millbrook",
    image_hosts=frozenset({"img.elm.example"}),
    links_origin="https://links.localhost",
    counts_opens=True,
)
ADA = {
    "given_name": "Ada",
    "next_visit": "2026-11-24",
    "balance": 120,
    "clinic": "Elm & Oak",
    "unsubscribe_url": "https://links.localhost/u/1",
    "preferences_url": "https://links.localhost/p/1",
    "portal_url": "https://portal.localhost/m/1",
}


def content(*blocks, subject="A reminder from {{ organization }}", preheader="Please read"):
    numbered = [{"id": f"b{number}", **block} for number, block in enumerate(blocks)]
    return read_content({"subject": subject, "preheader": preheader, "blocks": numbered})


def mjml_content(body, subject="News"):
    return read_content({"subject": subject, "preheader": "Read", "mjml": body})


def text(source, **more):
    return {"type": "text", "text": source, **more}


REMINDER = content(
    {"type": "heading", "text": 'Hello {{ given_name | default("there") }}'},
    text("Your visit is on {{ next_visit }}.\n\n- Bring **your** card", show_if="next_visit"),
    {
        "type": "columns",
        "columns": [
            [text("Left"), {"type": "divider"}],
            [{"type": "image", "source": "https://img.elm.example/a.png", "alt": "The clinic"}],
        ],
    },
    {"type": "appointment", "when": "{{ next_visit | date('long') }}", "where": "{{ clinic }}"},
    {"type": "button", "label": "Plan a visit", "link": "https://www.elm.example/plan?a=1&b=2"},
    {"type": "portal_button", "label": "Read your message"},
    {"type": "spacer", "size": "large"},
)
