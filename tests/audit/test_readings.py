"""Whoever sees, takes along or searches data of people leaves an event that says which data."""

import ast
import subprocess
from pathlib import Path

import pytest

from accounts.roles import Role
from audit.models import AuditEvent
from compliance.audit_words import PHI_VERBS
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact

ROOT = Path(__file__).parents[2]
CODE = subprocess.run(
    ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
SOURCES = [ROOT / path for path in CODE if not path.startswith(("tests/", "benchmarks/"))]


def readings_without_data(source: str) -> list[str]:
    """Actions of looks at PHI that are recorded like any other act."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        call.args[0].value
        for call in calls
        if getattr(call.func, "attr", "") == "record"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and str(call.args[0].value).endswith(tuple(f".{verb}" for verb in PHI_VERBS))
    ]


def test_every_look_at_phi_says_which_data():
    found = {str(path): readings_without_data(path.read_text()) for path in SOURCES}
    assert {path: actions for path, actions in found.items() if actions} == {}


def test_a_look_that_does_not_say_is_found():
    assert readings_without_data('audit.record("contact.revealed", actor=a)') == [
        "contact.revealed"
    ]
    assert readings_without_data('audit.record_reading("contact.revealed", actor=a)') == []


@pytest.mark.parametrize(
    ("role", "path", "form", "action", "rows"),
    [
        (Role.MARKETER, "/contacts/search/", {"text": "Ada"}, "contacts.searched", 1),
        (Role.MARKETER, "/messages/search/", {"q": "nobody@x.example"}, "messages.searched", 0),
    ],
)
def test_a_search_is_an_event_without_its_words(clinic, role, path, form, action, rows):
    make_contact()
    browser = browser_of(make_member(clinic, role))
    assert browser.post(path, form).status_code == 200
    event = AuditEvent.objects.get(action=action)
    assert (event.facts["rows"], event.detail) == (rows, {})
    assert not any(word.encode() in bytes(event.leaf) for word in form.values())
