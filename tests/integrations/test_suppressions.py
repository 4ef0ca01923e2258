"""Addresses that get no mail, as systems tell and ask."""

import pytest

from audit.models import AuditEvent
from audit.services import SYSTEM
from compliance import queries
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from tenancy.scope import tenant_scope
from tests.integrations.client import make_system

ADA = "ada@harbourmail.example"


def say(address, *, source, actor, reason=SuppressionReason.UNSUBSCRIBED):
    return compliance.suppress(address, reason=reason, source=source, actor=actor)


def test_adds_once_and_keeps_the_first_reason(system):
    first = system.post("/suppressions", {"email": ADA, "reason": "bounced"})
    again = system.post("/suppressions", {"email": ADA.upper(), "reason": "requested"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (first.json()["reason"], first.json()["source"]) == ("bounced", "system")
    event = AuditEvent.objects.get(action="suppression.added")
    assert (event.actor_kind, event.detail) == ("api_key", {"reason": "bounced"})


def test_a_repeated_request_is_done_once(system):
    headers = {"idempotency-key": "k1"}
    created = system.post("/suppressions", {"email": ADA}, **headers)
    again = system.post("/suppressions", {"email": ADA}, **headers)
    assert (again.status_code, again.json()) == (201, created.json())
    assert again["Idempotency-Replayed"] == "true"
    assert created.json()["reason"] == "requested"


def test_finds_in_any_spelling_by_a_body_only(system):
    system.post("/suppressions", {"email": ADA})
    found = system.post("/suppressions/search", {"email": " Ada@Harbourmail.Example"})
    assert (found.status_code, found.json()["email"]) == (200, ADA)
    missing = system.post("/suppressions/search", {"email": "bo@harbourmail.example"})
    assert (missing.status_code, missing.json()["code"]) == (404, "suppression_not_found")
    assert system.get("/suppressions/search", email=ADA).status_code == 405


def test_lists_in_pages(system):
    for number in range(3):
        system.post("/suppressions", {"email": f"p{number}@harbourmail.example"})
    first = system.get("/suppressions", limit=2).json()
    second = system.get("/suppressions", limit=2, cursor=first["next_cursor"]).json()
    emails = [one["email"] for one in first["data"] + second["data"]]
    assert emails == [f"p{number}@harbourmail.example" for number in range(3)]
    assert second["next_cursor"] is None


def test_without_the_scope_for_phi_no_address_is_shown(system):
    system.post("/suppressions", {"email": ADA, "reason": "bounced"})
    blind = make_system("suppressions.read", "suppressions.write")
    (listed,) = blind.get("/suppressions").json()["data"]
    assert (listed["email"], listed["reason"]) == (None, "bounced")
    assert blind.post("/suppressions/search", {"email": ADA}).json()["email"] is None


def test_lifts_what_no_person_said_and_keeps_why(system):
    added = system.post("/suppressions", {"email": ADA, "reason": "bounced"}).json()
    lifted = system.post("/suppressions/lift", {"email": ADA, "why": "The mailbox works again."})
    assert (lifted.status_code, lifted.json()) == (200, added)
    assert queries.suppression_of(ADA) is None
    event = AuditEvent.objects.get(action="suppression.removed")
    assert event.detail == {"was": "bounced", "why": "The mailbox works again."}
    once_more = system.post("/suppressions/lift", {"email": ADA, "why": "Once more."})
    assert (once_more.status_code, once_more.json()["code"]) == (404, "suppression_not_found")


@pytest.mark.parametrize("source", [Suppression.Source.PERSON, Suppression.Source.COMPLAINT])
def test_what_the_person_said_is_not_lifted_by_a_system(system, nurse, source):
    say(ADA, source=source, actor=nurse)
    refused = system.post("/suppressions/lift", {"email": ADA, "why": "The mailbox works again."})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_lifted_by_systems")
    assert queries.suppression_of(ADA).source == source
    assert not AuditEvent.objects.filter(action="suppression.removed").exists()


def test_what_the_person_says_later_is_not_lifted_by_a_system_either(system, nurse):
    system.post("/suppressions", {"email": ADA, "reason": "bounced"})
    complained = SuppressionReason.COMPLAINED
    for _ in range(2):
        say(ADA, source=Suppression.Source.COMPLAINT, actor=SYSTEM, reason=complained)
    assert system.post("/suppressions/lift", {"email": ADA, "why": "It works."}).status_code == 409
    kept = queries.suppression_of(ADA)
    assert (kept.reason, kept.source) == ("complained", "complaint")
    say(ADA, source=Suppression.Source.STAFF, actor=nurse)
    assert queries.suppression_of(ADA).reason == "complained"
    told = AuditEvent.objects.filter(action="suppression.added").order_by("recorded_at")
    assert [event.detail["reason"] for event in told] == ["bounced", "complained"]


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "ada"}, {"email": f"{ADA}, bo@x.example"}, {"email": ADA, "reason": "dead"}],
)
def test_refuses_what_is_no_address_or_reason(system, body):
    assert system.post("/suppressions", body).status_code == 400
    assert not Suppression.objects.exists()


def test_a_key_does_what_its_scopes_say(agreed):
    reader = make_system("suppressions.read")
    assert reader.get("/suppressions").status_code == 200
    assert reader.post("/suppressions", {"email": ADA}).status_code == 403
    assert not Suppression.objects.exists()
    writer = make_system("suppressions.write")
    assert writer.post("/suppressions", {"email": ADA}).status_code == 201
    assert writer.get("/suppressions").status_code == 403
    assert writer.post("/suppressions/search", {"email": ADA}).status_code == 403


def test_nothing_comes_in_without_an_agreement(clinic):
    refused = make_system().post("/suppressions", {"email": ADA})
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement_required")
    assert not Suppression.objects.exists()


def test_does_not_reach_another_workspace(system, other_clinic):
    with tenant_scope(other_clinic.id):
        say(ADA, source="staff", actor=SYSTEM)
    assert system.post("/suppressions/search", {"email": ADA}).status_code == 404
    assert system.post("/suppressions/lift", {"email": ADA, "why": "Mine."}).status_code == 404
    with tenant_scope(other_clinic.id):
        assert queries.suppression_of(ADA) is not None
