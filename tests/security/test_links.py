"""Links that need no sign-in: one clinic's link opens nothing of another, whatever id it names."""

import pytest
from django.conf import settings
from django.test import Client

from contacts import tokens
from delivery import unsubscribe
from delivery.escrow import keys
from delivery.portal.links import token_of
from tenancy.scope import tenant_scope
from tests.security import witness

# Of the object's own kind: how its clinic, or another, would write the link.
LINKS = {
    "/p/{}": lambda world: tokens.make(tokens.PREFERENCES, world.item.contact_id),
    "/u/{}": lambda world: unsubscribe.signer().token(world.sent.pk),
}


@pytest.fixture
def patient() -> Client:
    return Client(headers={"host": settings.HOSTS["links"]})


@pytest.mark.parametrize("path", LINKS)
def test_a_link_of_the_clinic_opens_what_it_names(elm, patient, path):
    with tenant_scope(elm.tenant.id):
        token = LINKS[path](elm)
    before = witness.rows_of(elm.tenant.id)
    assert "Elm Street Clinic" in patient.get(path.format(token)).content.decode()
    assert patient.post(path.format(token), {"action": "stop"}).status_code in {200, 302}
    assert "contacts_consentrecord" in witness.changed(before, witness.rows_of(elm.tenant.id))


@pytest.mark.parametrize("path", LINKS)
def test_a_link_of_another_clinic_that_names_it_opens_nothing(elm, harbor, patient, path):
    with tenant_scope(harbor.tenant.id):
        token = LINKS[path](elm)
    before = witness.rows_of(elm.tenant.id)
    for ask in (patient.get, patient.post):
        assert "Elm Street Clinic" not in ask(path.format(token)).content.decode()
    assert witness.changed(before, witness.rows_of(elm.tenant.id)) == []


def test_the_portal_opens_an_item_under_its_own_clinic_only(elm, harbor):
    browser = Client(headers={"host": settings.HOSTS["portal"]})
    proof = {"proof": keys.proof(elm.item.notice_link_key, elm.item.id).hex()}
    statuses = []
    for world in (harbor, elm):
        with tenant_scope(world.tenant.id):
            link = f"/m/{token_of(elm.item.id)}"
        statuses.append(browser.post(link, proof).status_code)
    assert statuses == [404, 302]
