"""The bytes of an event: RFC 8785, and a commitment instead of the detail."""

import hashlib
import json
import os
from datetime import datetime, timedelta, timezone

import psycopg
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from audit import leaf, merkle
from audit import services as audit
from audit.models import AuditEvent
from audit.services import Actor, Touched
from tenancy import source
from tenancy.source import Source

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
FACTS = st.recursive(
    TEXTS | st.integers(0, 2**53 - 1) | st.lists(TEXTS),
    lambda inner: st.dictionaries(st.text("abc_", min_size=1), inner),
)


@given(st.dictionaries(st.text("abc_", min_size=1), FACTS))
def test_is_the_json_canonicalization_scheme(facts):
    told = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert leaf.canonical(facts) == told.encode()


def test_escapes_as_rfc_8785_says():
    assert leaf.canonical({"b": '\u20ac$\x0f\nA\'B"\\"/', "a": ["\x7f"]}) == (
        '{"a":["\x7f"],"b":"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/"}'.encode()
    )


def test_says_who_from_where_did_what_and_nothing_of_the_detail(clinic, nurse):
    here = Source(request="r1", address="192.0.2.0/24", agent="Firefox", session="s1", role="nurse")
    seen = Touched(classes=("clinical",), rows=3, purpose="treatment")
    with source.entered(here):
        event = audit.record_reading(
            "contact.revealed", actor=nurse, touched=seen, fields=["diagnosis"]
        )
    facts = AuditEvent.objects.get().facts
    assert facts == {
        "v": 1,
        "id": str(event.id),
        "tenant": str(clinic.id),
        "action": "contact.revealed",
        "outcome": "done",
        "actor": {"kind": "user", "id": nurse.id, "name": "Nora Nurse"},
        "object": {"type": "", "id": ""},
        "source": here.facts(),
        "recorded_at": leaf.timestamp(event.recorded_at),
        "detail_commit": hashlib.sha256(event.salt + b'{"fields":["diagnosis"]}').hexdigest(),
        "data": ["clinical"],
        "rows": 3,
        "purpose": "treatment",
    }
    assert b"diagnosis" not in bytes(event.leaf)


def test_a_denial_says_why(clinic, nurse):
    audit.record_denial("contact.reveal", actor=nurse, reason="role")
    facts = AuditEvent.objects.get().facts
    assert (facts["outcome"], facts["reason"]) == ("denied", "role")


def test_the_stored_detail_and_salt_open_the_commitment(clinic, nurse):
    audit.record(
        "import.ended", actor=nurse, share=0.1, names=["Zoë"], big=2**60, nested={"z": None}
    )
    event = AuditEvent.objects.get()
    again = leaf.commitment(event.salt, leaf.detail_bytes(event.detail))
    assert event.facts["detail_commit"] == again


def test_two_events_of_one_detail_have_two_commitments(clinic, nurse):
    first, second = (audit.record("contact.paused", actor=nurse, days=30) for _ in range(2))
    assert first.facts["detail_commit"] != second.facts["detail_commit"]


def test_an_event_from_before_the_tree_has_a_leaf_of_its_columns(clinic):
    odd = Actor(kind="user", id="1", name='Zoë "Z"\\\n\x01\x7f €')
    event = audit.record("contact.paused", actor=odd, on=clinic)
    name = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as admin:
        (first,) = admin.execute(
            "SELECT kernel.audit_first_leaf(event) FROM audit_auditevent AS event WHERE id = %s",
            [event.id],
        ).fetchone()
    kept = ("id", "tenant", "action", "outcome", "actor", "object", "recorded_at")
    assert first == leaf.canonical({"v": 0} | {name: event.facts[name] for name in kept})


def test_the_hash_of_a_leaf_is_that_of_rfc_6962():
    assert merkle.leaf_hash(b"") == hashlib.sha256(b"\x00").digest()


def test_a_salt_has_32_bytes_and_is_drawn_anew():
    first, second = leaf.new_salt(), leaf.new_salt()
    assert (len(first), first == second) == (32, False)


def test_a_moment_is_written_in_utc_and_always_as_long():
    early = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert leaf.timestamp(early) == "2026-02-28T23:30:00.000000Z"
    assert leaf.timestamp(early.replace(microsecond=7)) == "2026-02-28T23:30:00.000007Z"
