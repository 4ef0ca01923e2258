"""Each answer of the API that shows people is counted among the looks of its key."""

import pytest

from contacts.models import Look
from tests.integrations.client import make_system
from tests.security.routes import routes_of

ADA = {"external_id": "MRN-1", "given_name": "Ada", "email": "ada@x.example"}
AGREED = {
    "external_id": "MRN-1", "purpose": "marketing", "state": "granted",
    "evidence": {"source": "Desk", "wording": "I agree."},
}  # fmt: skip
GONE = {"email": "gone@harbourmail.example"}
WARNED = {
    "external_id": "MRN-1", "state": "granted", "scope": "encrypted", "basis": "164.524",
    "evidence": {"source": "Desk", "wording": "Others may read it."},
}  # fmt: skip

# By route and method: what is called, and how many people its answer shows.
SHOWS = {
    ("contacts", "GET"): ("", None, 2),
    ("contacts", "POST"): ("", ADA, 1),
    ("contacts_search", "POST"): ("/search", {"external_id": "MRN-1"}, 1),
    ("contact", "GET"): ("/{0}", None, 1),
    ("contact_consents", "GET"): ("/{0}/consents", None, 1),
    ("consents", "POST"): ("/../consents", AGREED, 1),
    ("suppressions", "GET"): ("/../suppressions", None, 1),
    ("suppressions", "POST"): ("/../suppressions", GONE, 1),
    ("suppressions_search", "POST"): ("/../suppressions/search", GONE, 1),
    ("suppressions_lift", "POST"): ("/../suppressions/lift", {**GONE, "why": "It works."}, 1),
    ("unprotected", "POST"): ("/../consents/unprotected", WARNED, 1),
    ("contact_route", "GET"): ("/{0}/route", None, 1),
    ("contact_route", "POST"): ("/{0}/route", {"prefers_portal": True}, 1),
}
# Numbers, states and names that the caller sent itself.
SHOWS_NOBODY = {
    ("contacts_batch", "POST"), ("events", "POST"), ("letters", "POST"), ("messages", "POST"),
    ("message", "GET"),
}  # fmt: skip


def people_read():
    return sum(Look.objects.filter(kind="system").values_list("people", flat=True))


def call(system, path, body, contact_id):
    address = f"/contacts{path.format(contact_id)}".replace("/contacts/..", "")
    return system.post(address, body) if body else system.get(address)


def test_every_answer_of_the_api_is_judged():
    found = {
        (route.name.removeprefix("v1:"), method)
        for route in routes_of("api", "config.urls.api")
        if route.name.startswith("v1:")
        for method in route.view.cls.scopes
    }
    assert found == SHOWS.keys() | SHOWS_NOBODY


@pytest.mark.parametrize("route", SHOWS, ids=" ".join)
def test_what_a_system_is_shown_is_counted(system, route):
    path, body, people = SHOWS[route]
    contact_id = system.post("/contacts", ADA).json()["id"]
    system.post("/contacts", {"external_id": "MRN-2"})
    system.post("/suppressions", GONE)
    before = people_read()
    assert call(system, path, body, contact_id).status_code < 300
    assert (before, people_read() - before) == (3, people)
    look = Look.objects.get(kind="system")
    assert (look.person_id, look.person_name) == (str(system.key.pk), "Practice system")


def test_what_is_masked_is_no_reading(system):
    contact_id = system.post("/contacts", ADA).json()["id"]
    before = people_read()
    masked = make_system("contacts.read").get(f"/contacts/{contact_id}")
    assert (masked.json()["given_name"], people_read()) == (None, before)


def test_a_refused_call_is_no_reading(system):
    assert system.post("/contacts/search", {"external_id": "MRN-9"}).status_code == 404
    assert people_read() == 0
