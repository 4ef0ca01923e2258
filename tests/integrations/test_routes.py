"""A system says what a person asked of the way to them."""

import pytest

from compliance.facts import Acceptance, TransportLevel
from contacts import queries
from contacts.models import ConsentRecord, Contact
from tests.integrations.client import make_system

ADA = {"external_id": "MRN-1", "given_name": "Ada", "email": "ada@x.example"}
ASKED = {
    "external_id": "MRN-1", "state": "granted", "scope": "encrypted", "basis": "164.522(b)",
    "evidence": {"source": "A call", "wording": "Others may read it."},
}  # fmt: skip
ENDED = {
    "external_id": "MRN-1", "state": "withdrawn",
    "evidence": {"source": "A call", "wording": "Protected again, please."},
}  # fmt: skip


@pytest.fixture
def ada(system) -> Contact:
    system.post("/contacts", ADA)
    return Contact.objects.get()


def accepts(contact: Contact) -> Acceptance | None:
    people = list(queries.people([contact.pk]))
    return queries.person_facts(people)[contact.pk].accepts


def test_a_warned_request_counts_and_is_taken_back(system, ada):
    answer = system.post("/consents/unprotected", ASKED)
    assert (answer.status_code, answer.json()["kind"]) == (201, "unprotected")
    assert answer.json()["evidence"]["wording"] == "Others may read it."
    record = ConsentRecord.objects.get()
    assert accepts(ada) == Acceptance(TransportLevel.ENCRYPTED, record.pk)
    assert system.post("/consents/unprotected", ENDED).status_code == 201
    again = system.post("/consents/unprotected", ENDED)
    assert (again.status_code, again.json()["state"]) == (200, "withdrawn")
    assert accepts(ada) is None


@pytest.mark.parametrize("missing", ["scope", "basis", "evidence"])
def test_a_request_says_what_is_enough_and_why(system, ada, missing):
    body = {key: value for key, value in ASKED.items() if key != missing}
    answer = system.post("/consents/unprotected", body)
    assert answer.status_code == 400
    assert [problem["pointer"] for problem in answer.json()["errors"]] == [f"/{missing}"]
    assert not ConsentRecord.objects.exists()


def test_nobody_takes_back_what_was_never_asked(system, ada):
    assert system.post("/consents/unprotected", ENDED).status_code == 400
    assert not ConsentRecord.objects.exists()


def test_an_ordinary_consent_cannot_pose_as_a_request(system, ada):
    body = {
        "external_id": "MRN-1", "purpose": "marketing", "state": "granted", "kind": "unprotected",
        "evidence": ASKED["evidence"],
    }  # fmt: skip
    assert system.post("/consents", body).status_code == 400
    assert system.post("/consents", {**body, "kind": "opt_in"}).status_code == 201
    assert accepts(ada) is None


def test_the_portal_for_everything_is_wished_and_given_up(system, ada):
    path = f"/contacts/{ada.pk}/route"
    assert system.get(path).json() == {"contact_id": str(ada.pk), "prefers_portal": False}
    assert system.post(path, {"prefers_portal": True}).json()["prefers_portal"] is True
    ada.refresh_from_db()
    assert ada.prefers_portal
    assert system.post(path, {"prefers_portal": False}).json()["prefers_portal"] is False
    assert system.post(path, {"prefers_portal": "perhaps"}).status_code == 400


def test_needs_the_scope_of_consents(ada):
    writer = make_system("contacts.write")
    assert writer.post("/consents/unprotected", ASKED).status_code == 403
    assert writer.post(f"/contacts/{ada.pk}/route", {"prefers_portal": True}).status_code == 403
    ada.refresh_from_db()
    assert not ada.prefers_portal
    assert not ConsentRecord.objects.exists()
