from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.conf import settings
from django.test import Client

from accounts.api_keys import new_secret
from accounts.services import api_keys
from audit.models import AuditEvent
from audit.services import SYSTEM
from contacts.models import Activity, ConsentRecord, Contact
from integrations import rate_limits
from tenancy import clock
from tests.integrations.client import System, make_system, right

ADA = {"external_id": "MRN-1", "given_name": "Ada"}
FORM = {"source": "Paper form", "wording": "I agree to news by email."}


@pytest.mark.parametrize("header", [None, "Basic x", "Bearer ", "Bearer sk_live_wrong"])
def test_answers_nobody_without_a_good_key(header):
    headers = {"authorization": header} if header else {}
    client = Client(headers={"host": settings.HOSTS["api"], **headers})
    answer = client.get("/api/v1/contacts")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_an_expired_or_revoked_key_opens_nothing(system, nurse):
    with clock.at(clock.now() + timedelta(days=31)):
        assert system.get("/contacts").status_code == 401
    api_keys.revoke(system.key, actor=nurse)
    assert system.get("/contacts").status_code == 401


def test_a_key_that_waits_for_a_second_person_says_so_to_who_holds_it(agreed):
    _, text = api_keys.issue(right("contacts.read", "phi.read"), actor=SYSTEM)
    answer = System(text).get("/contacts")
    assert (answer.status_code, answer.json()["code"]) == (403, "key_waits")
    assert "has to allow it to see PHI" in answer.json()["detail"]
    denied = AuditEvent.objects.get(outcome="denied")
    assert (denied.action, denied.detail) == ("api_key.used", {"reason": "not allowed"})
    wrong = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
    altered = System(wrong).get("/contacts")
    unknown = System(new_secret()).get("/contacts")
    assert (altered.status_code, altered.json()) == (401, unknown.json())


def test_a_key_that_waits_says_nothing_elsewhere_or_once_it_ended(agreed):
    bound = right("phi.read", networks=[ip_network("203.0.113.0/24")])
    _, bound_text = api_keys.issue(bound, actor=SYSTEM)
    ended, ended_text = api_keys.issue(right("phi.read"), actor=SYSTEM)
    api_keys.revoke(ended, actor=SYSTEM)
    for text in (bound_text, ended_text):
        answer = System(text).get("/contacts")
        assert (answer.status_code, "allow" in answer.json()["detail"]) == (401, False)


def test_a_key_does_what_its_scopes_say_and_a_try_is_recorded(agreed):
    reader = make_system("contacts.read")
    assert reader.get("/contacts").status_code == 200
    answer = reader.post("/contacts", ADA)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This key lacks the scope contacts.write."
    assert not Contact.objects.exists()
    denied = AuditEvent.objects.get(outcome="denied")
    assert (denied.action, denied.detail) == ("api.contacts.write", {"reason": "scope"})


def test_answers_are_not_stored_by_anybody_on_the_way(system):
    assert system.get("/contacts")["Cache-Control"] == "no-store"


def test_says_what_is_left_of_the_rate_and_refuses_beyond_it(system):
    assert system.get("/contacts")["RateLimit"] == '"default";r=599;t=0'
    while (answer := system.get("/contacts")).status_code == 200:
        rate_limits.take(str(system.key.pk), cost=50)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer["Retry-After"]) >= 1


def test_a_batch_costs_more_of_the_rate(system):
    people = [{"external_id": f"MRN-{number}"} for number in range(100)]
    answer = system.post("/contacts/batch", {"contacts": people})
    assert answer["RateLimit"] == '"default";r=597;t=0'


def test_a_repeated_request_is_done_once_and_answered_alike(system):
    first = system.post("/events", {"name": "x"}, **{"idempotency-key": "k0"})
    assert first.status_code == 400
    created = system.post("/contacts", ADA, **{"idempotency-key": "k1"})
    again = system.post("/contacts", ADA, **{"idempotency-key": "k1"})
    assert (again.status_code, again.json()) == (201, created.json())
    assert again["Idempotency-Replayed"] == "true"
    other = system.post("/contacts", {**ADA, "given_name": "Bo"}, **{"idempotency-key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Contact.objects.get().identity["given_name"] == "Ada"


def test_a_refused_request_may_be_corrected_under_its_key(system):
    assert system.post("/contacts", {}, **{"idempotency-key": "k1"}).status_code == 400
    assert system.post("/contacts", ADA, **{"idempotency-key": "k1"}).status_code == 201


def test_refuses_too_much_at_once(system):
    answer = system.post("/contacts", b" " * 2_500_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_records_consent_with_its_evidence(system):
    system.post("/contacts", ADA)
    consent = {"external_id": "MRN-1", "purpose": "marketing", "state": "granted", "evidence": FORM}
    answer = system.post("/consents", consent)
    assert answer.status_code == 201
    assert answer.json()["evidence"]["wording"] == FORM["wording"]
    assert Contact.objects.get().consents == {"marketing": "granted"}
    withdrawn = {**consent, "state": "withdrawn"}
    assert system.post("/consents", withdrawn).status_code == 201
    assert system.post("/consents", withdrawn).status_code == 200
    contact_id = answer.json()["contact_id"]
    ledger = system.get(f"/contacts/{contact_id}/consents").json()["data"]
    assert [one["state"] for one in ledger] == ["granted", "withdrawn"]


def test_hides_evidence_from_a_key_without_the_scope_for_phi(system):
    system.post("/contacts", ADA)
    consent = {"external_id": "MRN-1", "purpose": "marketing", "state": "granted", "evidence": FORM}
    answer = make_system("consents.write").post("/consents", consent)
    assert answer.json()["evidence"] is None


def test_an_authorization_needs_the_place_of_the_paper(system):
    system.post("/contacts", ADA)
    consent = {
        "external_id": "MRN-1",
        "purpose": "marketing",
        "state": "granted",
        "kind": "authorization",
        "evidence": FORM,
    }
    answer = system.post("/consents", consent)
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_refused")
    assert not ConsentRecord.objects.exists()


def test_a_fact_reaches_the_timeline_sealed(system):
    system.post("/contacts", ADA)
    event = {"external_id": "MRN-1", "name": "lab_result.ready", "properties": {"panel": "lipids"}}
    answer = system.post("/events", event)
    assert (answer.status_code, answer.json()["name"]) == (201, "lab_result.ready")
    fact = Activity.objects.get()
    assert (fact.kind, fact.cause) == ("observed", "api")
    assert fact.detail == {"name": "lab_result.ready", "properties": {"panel": "lipids"}}


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2126-01-01T00:00:00Z"},
        {"name": "Lab Result"},
        {"contact_id": "01890000-0000-7000-8000-000000000000"},
        {"external_id": None},
        {"properties": {"a": [1]}},
    ],
)
def test_refuses_a_fact_that_is_none(system, change):
    system.post("/contacts", ADA)
    answer = system.post("/events", {"external_id": "MRN-1", "name": "visit.booked", **change})
    assert answer.status_code == 400
    assert not Activity.objects.filter(kind="observed").exists()


def test_an_unknown_address_is_a_problem_too(system):
    answer = System("").client.get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"
