"""Another tenant's existing objects are not found on any route; generated from the URLconf."""

import pytest
from django.urls import URLPattern, get_resolver

from contacts.models import Contact
from delivery.models import SingleSend
from tenancy.scope import tenant_scope
from tests.factories.compliance import agreement_in_force
from tests.factories.delivery import make_campaign, make_message
from tests.integrations.client import make_system

ADA = {"external_id": "MRN-1", "given_name": "Ada", "email": "ada@x.example"}
# Routes that take the object in the body.
BODIES = {
    "/contacts/search": {},
    "/consents": {
        "purpose": "marketing",
        "state": "granted",
        "evidence": {"source": "Form", "wording": "Yes"},
    },
    "/consents/unprotected": {
        "state": "granted",
        "scope": "encrypted",
        "basis": "164.524",
        "evidence": {"source": "Form", "wording": "Yes"},
    },
    "/events": {"name": "visit.booked"},
}


def routes(patterns, prefix=""):
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from routes(pattern.url_patterns, path)


ROUTES = [path for path in routes(get_resolver("integrations.urls").url_patterns) if "<" in path]


@pytest.fixture
def theirs(other_clinic):
    """A contact of another tenant, whose own key finds it."""
    with tenant_scope(other_clinic.id):
        agreement_in_force()
        make_system().post("/contacts", ADA)
        contact = Contact.objects.get()
        send = SingleSend.objects.create(campaign=make_campaign(), asked_by="system")
        message = make_message(contact, cause="api", cause_id=send.pk)
        return {"contact_id": str(contact.pk), "message_id": str(message.pk)}


@pytest.mark.parametrize("route", ROUTES)
def test_an_id_of_another_tenant_is_not_found(route, theirs, system, other_clinic):
    path = route.removeprefix("api/v1")
    for name, value in theirs.items():
        path = path.replace(f"<uuid:{name}>", value)
    assert "<" not in path, f"say in this test what {route} takes"
    with tenant_scope(other_clinic.id):
        assert make_system().get(path).status_code == 200
    assert system.get(path).status_code == 404


@pytest.mark.parametrize("path", BODIES)
def test_a_person_of_another_tenant_is_not_found_by_body(path, theirs, system, other_clinic):
    by_id = {"contact_id": theirs["contact_id"]}
    for reference in (by_id, {"external_id": ADA["external_id"]}):
        body = {**BODIES[path], **reference}
        assert system.post(path, body).status_code == 404
        with tenant_scope(other_clinic.id):
            assert make_system().post(path, body).status_code in (200, 201)
