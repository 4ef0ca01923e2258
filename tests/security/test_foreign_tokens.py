"""What is no sign-in but opens something: a link, a bearer, a key of repetition. Another clinic's opens nothing."""

from http import HTTPStatus
from itertools import product
from uuid import UUID

import pytest

from contacts.models import Contact
from tenancy.scope import tenant_scope
from tests.delivery.tracking.counted import drain_all
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message
from tests.integrations import oauth_client
from tests.integrations.client import System, make_system
from tests.security import witness
from tests.security import world as worlds
from tests.security.attack import Answer
from tests.security.foreign_tokens import KINDS, Holder, forged, kind_of, routes
from tests.security.marks import Marks

METHODS = ("GET", "POST")
ADA = {"external_id": "MRN-1", "given_name": "Ada"}


@pytest.fixture(scope="module")
def marked(_database):
    world = worlds.build("Fir Street Clinic", Marks())
    KINDS["counted"].of(world, world.sent.pk)  # else the first token of the kind makes a row
    return world


def ask(holder, route, method, token):
    values = dict.fromkeys(route.arguments, 0) | {"token": token}
    answer = holder.browser(route.host).generic(method, route.address(values))
    return Answer(answer, token)


def test_every_address_that_takes_a_token_is_known():
    assert [str(route) for route in routes() if not kind_of(route)] == []


def test_tokens_that_no_clinic_wrote_open_nothing(harbor, marked):
    before = witness.rows_of(marked.tenant.id)
    holder, asked, found = Holder(harbor), 0, []
    for route, method in product(routes(), METHODS):
        for what, token, nothing in forged(route, harbor, marked):
            answer, refused = (ask(holder, route, method, each) for each in (token, nothing))
            asked += 1
            shown = marked.mark.found_in(answer.text.replace(token, ""))
            if answer.status != refused.status or shown:
                found.append(f"{method} {route} {what}: {answer.status} {refused.status} {shown}")
    print(f"\n{asked} tokens at {len(routes())} addresses, {len(found)} open")  # noqa: T201
    drain_all()
    assert found == []
    assert asked > 300
    assert witness.changed(before, witness.rows_of(marked.tenant.id)) == []


def test_a_clinics_own_tokens_open_each_address(elm):
    """The positive control: a link that is broken for everybody would look safe."""
    closed = []
    for route in routes():
        with tenant_scope(elm.tenant.id):
            elm.item = make_item(make_contact())
            counted = make_campaign(purpose="marketing")
            elm.sent = make_message(make_contact(), cause_id=counted.id)
        holder, kind = Holder(elm), KINDS[kind_of(route)]
        named = kind.object_of(elm)
        tokens = [kind.of(elm, each) for each in (named, UUID(int=named.int ^ 1))]
        before = witness.rows_of(elm.tenant.id)
        told = {
            method: [ask(holder, route, method, each).seen for each in tokens] for method in METHODS
        }
        drain_all()
        is_open = any(seen != nothing for seen, nothing in told.values())
        if not is_open and not witness.changed(before, witness.rows_of(elm.tenant.id)):
            closed.append(str(route))
    assert closed == []


def client_of(world):
    """An OAuth2 client of the clinic, as it proves itself, and a token of it."""
    with tenant_scope(world.tenant.id):
        client, secret = oauth_client.make_secret_client("contacts.read")
    proof = {"client_id": client.pk, "client_secret": secret}
    return proof, oauth_client.ask(proof).json()["access_token"]


def test_a_bearer_finds_people_of_its_clinic_only(elm, harbor):
    path = f"/contacts/{elm.ids['contact_id'][0]}"
    statuses = [System(client_of(world)[1]).get(path).status_code for world in (elm, harbor)]
    assert statuses == [HTTPStatus.OK, HTTPStatus.NOT_FOUND]


def test_a_clinics_client_ends_no_token_of_another(elm, harbor):
    (theirs, token), (ours, _) = client_of(elm), client_of(harbor)
    statuses = []
    for proof in (ours, theirs):
        answer = oauth_client.ask(proof | {"token": token}, path="/oauth/revoke")
        assert answer.status_code == HTTPStatus.OK
        statuses.append(System(token).get("/contacts").status_code)
    assert statuses == [HTTPStatus.OK, HTTPStatus.UNAUTHORIZED]


def test_a_key_of_repetition_repeats_within_its_clinic_only(elm, harbor):
    made = {}
    for world in (elm, harbor):
        with tenant_scope(world.tenant.id):
            system = make_system()
            answers = [
                system.post("/contacts", ADA, idempotency_key="once").json() for _ in range(2)
            ]
            assert answers[0] == answers[1]
            made[world.tenant.name] = answers[0]["id"]
            assert Contact.objects.filter(pk=answers[0]["id"]).exists()
    assert len(set(made.values())) == 2
