"""No page of the audit log shows a word that only the program knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from accounts import countersign
from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from compliance.audit_details import CODES, detail_lines
from compliance.audit_words import sentence
from compliance.refusal_words import ASKED, BEYOND_SCOPES, refusal
from tests.accounts import sample_act

ROOT = Path(__file__).parents[2]
CODE = subprocess.run(
    ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
SOURCES = [ROOT / path for path in CODE if not path.startswith(("tests/", "benchmarks/", "dev/"))]
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def actions(source: str, recorder: str) -> set[str]:
    """What is recorded by its name, also where one of two names is chosen."""
    return {
        part.value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == recorder and call.args
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and ACTION.fullmatch(str(part.value))
    }


def all_actions(*recorders: str) -> set[str]:
    texts = [path.read_text() for path in SOURCES]
    return {action for text in texts for name in recorders for action in actions(text, name)}


def is_its_key(action: str) -> bool:
    """`portal.answer` -> "Answer portal": nobody has given it words."""
    noun, _, verb = action.partition(".")
    return not verb.endswith("ed") and sentence(action, {}) == f"{verb} {noun}".capitalize()


def test_a_key_is_told_from_words():
    assert [is_its_key(one) for one in ("portal.answer", "segment.archived", "campaign.sent")] == [
        True, False, False,
    ]  # fmt: skip


def test_every_event_reads_as_something_that_somebody_did():
    found = all_actions("record", "record_reading", "tell_turns")
    assert {"campaign.approved", "campaign.attested", "messages.canceled"} <= found
    assert {each for each in found if is_its_key(each) or "_" in sentence(each, {})} == set()


def test_every_refusal_names_what_was_asked_for():
    assert set(PERMISSIONS) <= set(ASKED)
    denied = all_actions("record_denial")
    assert {"portal.answer", "campaign.approve", "session.started"} <= denied
    assert {each for each in denied - set(ASKED) if is_its_key(each)} == set()
    assert refusal("portal.answer") == "Was refused: open a portal message with a wrong answer"
    assert refusal("api.contacts.read") == f"Was refused: c{BEYOND_SCOPES[1:]}"
    assert refusal("contact.revealed") == "Was refused: saw the PHI of one person"


@pytest.mark.parametrize(
    ("detail", "line"),
    [
        ({"reason": "bounced"}, ("reason", "The mailbox does not exist")),
        ({"reason": "role"}, ("reason", "the role does not allow it")),
        ({"reason": "Asked in writing"}, ("reason", "Asked in writing")),
        ({"purposes": ["care_gap"]}, ("purposes", "Care that is due")),
        ({"role": "compliance_officer"}, ("role", "Compliance officer")),
        ({"classes": ["limited", "special"]}, ("classes", "limited PHI, specially protected PHI")),
        ({"was": "none", "is_now": "phi"}, ("now", "PHI")),
        ({"status": "in_data"}, ("status", "in data")),
        ({"sha256": "ab12"}, ("SHA-256", "ab12")),
    ],
)
def test_details_read_as_words(detail, line):
    assert line in detail_lines(detail)


def test_every_question_to_a_second_person_has_a_name():
    kinds = {kind for role in Role for kind in countersign.decidable_by(role)}
    assert kinds - {sample_act.KIND} <= set(CODES["kind"])
    assert "policy.loosen" in kinds
