"""No page of the audit log shows a word that only the program knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

from accounts import countersign
from accounts.permissions import PERMISSIONS
from accounts.protective import groups
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


CHANGES = [
    ("must_arrive_hours", 72, 1, "Deadline offered", "1 hour, was 72 hours"),
    ("must_arrive_step_hours", 24, 12, "Each way may take", "12 hours, was 24 hours"),
    ("must_arrive_portal", True, False, "Portal notices of what must arrive", "No, was Yes"),
    ("must_arrive_second", False, True, "Second addresses", "Yes, was No"),
    (
        "approval_mode",
        "second_person",
        "self_attestation",
        "Approval",
        "The author may approve, with a recorded reason, was A second person approves every campaign",
    ),
    (
        "tls_floor",
        3,
        2,
        "Protection of the way",
        "Verified TLS, was Verified TLS that the recipient's domain promises",
    ),
    (
        "portal_from",
        1,
        3,
        "Always by the secure portal",
        "Only what is specially protected, was Everything that tells of care",
    ),
    (
        "counting_up_to",
        0,
        2,
        "Openings and clicks",
        "Also mail with health details, was Only mail that tells nothing of care",
    ),
    (
        "tls_floor_limited",
        3,
        2,
        "Protection of the way without health details",
        "Verified TLS, was Verified TLS that the recipient's domain promises",
    ),
    (
        "fallback_care",
        "portal",
        "hold",
        "Fallback care",
        "It is tried for as long as its kind may wait, and then fails, was It waits in the secure portal",
    ),
    (
        "fallback_promotion",
        "portal",
        "drop",
        "Fallback promotion",
        "It is not sent, was It waits in the secure portal",
    ),
    ("hold_hours", 4, 8, "Hold hours", "8, was 4"),
    ("honors_unprotected", False, True, "Requests for unprotected email count", "Yes, was No"),
    (
        "portal_domains",
        [],
        ["bigmail.example"],
        "Providers whose mail goes to the portal",
        "bigmail.example, was None",
    ),
    ("portal_expiry_days", 30, 90, "Portal messages stay", "90 days, was 30 days"),
    ("portal_may_reissue", False, True, "New links to portal messages", "Yes, was No"),
    ("portal_may_print", False, True, "Printing in the portal", "Yes, was No"),
    ("portal_may_save", False, True, "Saving files from the portal", "Yes, was No"),
    ("portal_may_reply", False, True, "Replies in the portal", "Yes, was No"),
    ("portal_fact", "birth_date", "postal_code", "Portal fact", "ZIP code, was Date of birth"),
    (
        "portal_phone",
        "phone",
        "none",
        "Codes by phone",
        "No codes by phone, was To the person's phone",
    ),
    ("portal_must_agree", True, False, "Facts never open what needs most", "No, was Yes"),
    ("may_operate_without_opt_in", False, True, "Own services without opt-in", "Yes, was No"),
    ("frequency_cap", 4, None, "Cap for each person", "No limit, was 4 messages"),
    ("frequency_window_days", 7, 1, "The cap counts over", "1 day, was 7 days"),
    ("quiet_from", None, "20:00:00", "Quiet from", "20:00, was None"),
    ("quiet_until", "08:00:00", "07:30:00", "Quiet until", "07:30, was 08:00"),
    ("messages_days", 2192, 365, "Messages", "1 year, was 6 years"),
    ("imports_days", 90, 7, "Imports", "7 days, was 90 days"),
    ("idle_minutes", 15, 30, "Sign-out when idle", "30 minutes, was 15 minutes"),
    ("absolute_hours", 12, 10, "Longest session", "10 hours, was 12 hours"),
    ("ends_keys_of_leavers", True, False, "API keys end with whoever leaves", "No, was Yes"),
    ("factors", {}, {"owner": ["passkey"]}, "Passkeys only", "Owners, was No role"),
    (
        "ip_allow_list",
        [],
        ["203.0.113.0/24"],
        "Listed networks",
        "203.0.113.0/24, was None, so from everywhere",
    ),
    ("every_days", 30, 90, "Interval", "90 days, was 30 days"),
]


@pytest.mark.parametrize(("field", "was", "is_", "label", "text"), CHANGES)
def test_a_changed_setting_reads_as_on_its_own_page(field, was, is_, label, text):
    assert detail_lines({"changed": {field: {"was": was, "is": is_}}}) == [(label, text)]


def test_every_setting_that_protects_is_among_them():
    fields = {field for group in groups() for field in (*group.fields, *group.neutral)}
    one_rule = {field for field in fields if field.endswith("_days")}
    assert fields - one_rule - {"reviewers"} == {field for field, *_ in CHANGES} - one_rule


def recorded_names() -> set[str]:
    """What details are called where an event is recorded."""
    calls = [
        call
        for path in SOURCES
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") in ("record", "record_reading", "record_denial")
    ]
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}


def test_no_choice_of_any_column_reads_as_a_number_or_a_code():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    names = recorded_names()
    choices = [
        (field.name, value)
        for field in fields
        if field.name in names
        for value, _ in field.flatchoices
        if value != ""
    ]
    assert {"kind", "purpose", "role", "status"} <= {name for name, _ in choices}
    lines = {(name, value): detail_lines({name: value})[0][1] for name, value in choices}
    assert {
        it: text for it, text in lines.items() if not re.fullmatch(r"[A-Za-z][^_]*", text)
    } == {}


def test_every_question_to_a_second_person_has_a_name():
    kinds = {kind for role in Role for kind in countersign.decidable_by(role)}
    assert kinds - {sample_act.KIND} <= set(CODES["kind"])
    assert "policy.loosen" in kinds
