"""Another clinic's object is not there, on any address of any host, and its own people find it.

Generated from the URLconfs: a new route is covered the day it is added, and one that names a kind
of object that tests/security/world.py does not make fails here.
"""

import pytest
from django.conf import settings

from config.hosts import URLCONFS
from tests.accounts.signing_in import make_user
from tests.security import leaky_urls, trespass, witness
from tests.security.routes import Route, all_routes, routes_of
from tests.security.world import World

# Arguments that name nothing of a clinic.
NOT_OWNED = {
    "token": "the link is the right itself; test_links.py",
    "number": "one of the links in the token's message, or a piece of its file",
    "position": "a file of the token's message",
    "pointer": "signed, and works for ten minutes",
    "domain": "the sandbox's mailboxes are the whole demo's, and not there in production",
    "name": "the sandbox's mailboxes are the whole demo's, and not there in production",
    "recipe": "a recipe of the product",
}
# Only of a workspace that is gone, with its people; tests/compliance/test_remaining_log.py opens them.
OF_DESTROYED = {"endings:log", "endings:evidence"}


@pytest.fixture(scope="module")
def owned() -> list[Route]:
    """Routes that name something of a clinic."""
    return [route for route in all_routes() if set(route.arguments) - NOT_OWNED.keys()]


def test_the_world_has_one_of_everything_that_an_address_names(elm, owned):
    named = {name for route in owned for name in route.arguments}
    assert named - elm.ids.keys() == set(), "make one in tests/security/world.py"
    assert [name for name in named if not elm.ids[name]] == []


def test_no_public_page_names_an_object_without_a_token(owned):
    assert [str(route) for route in owned if route.is_public and route.host != "api"] == []


def test_nobody_of_another_clinic_reaches_anything(elm, harbor, owned):
    before = witness.rows_of(elm.tenant.id)
    found = []
    for host in trespass.METHODS:
        routes = [route for route in owned if route.host == host]
        found += trespass.trespasses(routes, elm, trespass.people_of(harbor, host))
    assert found == [], f"{len(found)} trespasses on {len(owned)} routes"
    assert witness.changed(before, witness.rows_of(elm.tenant.id)) == []


def test_the_clinics_own_people_reach_all_of_it(elm, owned):
    """The positive control: without it, a page that is broken for everybody would look safe."""
    operator = trespass.operator(make_user("Otto Operator", is_operator=True))
    denied = []
    assert {route.name for route in owned} >= OF_DESTROYED
    for host in trespass.METHODS:
        routes = [r for r in owned if r.host == host and r.name not in OF_DESTROYED]
        insiders = [*trespass.people_of(elm, host), *([operator] if host == "staff" else [])]
        denied += trespass.denied_owners(routes, elm, insiders)
    assert denied == [], f"nobody reaches {len(denied)} of {len(owned)} routes"


@pytest.fixture
def leaky(monkeypatch: pytest.MonkeyPatch, elm: World, harbor: World):
    """Planted views that forget the clinic; people of the clinic and of another who try them."""
    owners, strangers = (trespass.people_of(world, "staff") for world in (elm, harbor))
    monkeypatch.setitem(URLCONFS, settings.HOSTS["staff"], leaky_urls.__name__)
    routes = routes_of("staff", leaky_urls.__name__)
    return {route.view.__name__: route for route in routes}, owners, strangers


def test_a_view_that_forgets_the_clinic_is_found(elm, leaky):
    routes, _, strangers = leaky
    found = trespass.trespasses([routes["reads_anybodys"]], elm, strangers)
    assert len(found) == 5
    assert "GET staff /reads/<uuid:contact_id>/ as owner: 200" in found


def test_a_view_that_says_404_but_writes_is_found(elm, leaky):
    routes, _, strangers = leaky
    before = witness.rows_of(elm.tenant.id)
    assert trespass.trespasses([routes["writes_anybodys"]], elm, strangers) == []
    assert witness.changed(before, witness.rows_of(elm.tenant.id)) == ["contacts_contact"]


def test_a_view_that_is_broken_for_everybody_is_found(elm, leaky):
    routes, owners, _ = leaky
    found = trespass.denied_owners([routes["finds_nothing"]], elm, owners)
    assert found == ["GET staff /nothing/<uuid:contact_id>/: [404]"]
