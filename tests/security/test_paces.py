"""Every address has a class of pace; what is too fast is told when to come back, and did nothing."""

import json
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from config import paces
from config.paces import BY_HOST, BY_NAME, BY_PERMISSION, HOUR, PACES, Pace, class_of
from contacts.models import Contact
from tenancy.token_bucket import PREFIX, Budget, _valkey
from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.factories.contacts import make_contact
from tests.security.routes import all_routes

ONE = Budget(1, HOUR)


def classes():
    return {
        (str(route), method): class_of(route.host, route.name, route.access, method)
        for route in all_routes()
        for method in ("GET", "POST")
    }


def test_every_address_has_a_class_and_every_class_an_address():
    assert {*classes().values()} == PACES.keys()


def test_the_table_names_only_what_there_is():
    assert BY_NAME.keys() - {route.name for route in all_routes()} == set()
    assert {*BY_NAME.values(), *BY_HOST.values(), *BY_PERMISSION.values()} <= PACES.keys()


@pytest.mark.parametrize(
    ("part", "kinds"),
    [("search", {"search", "api"}), ("preview", {"preview", "search", "reveal"}), ("reveal", {"reveal"}),
     ("login", {"sign_in"}), ("reach", {"search"})],
)  # fmt: skip
def test_what_is_named_so_is_classed_so(part, kinds):
    found = {
        class_of(route.host, route.name, route.access, "POST")
        for route in all_routes()
        if part in route.path.split("/")
    }
    assert found
    assert found <= kinds


def test_whatever_reveals_or_exports_has_a_budget_of_its_own():
    for route in all_routes():
        kind = class_of(route.host, route.name, route.access, "POST")
        if route.access == "contacts.reveal":
            assert kind == "reveal"
        if route.access.endswith(".export"):
            assert kind == "export"
    assert class_of("staff", "new:one", "audit.export", "GET") == "export"


@pytest.fixture
def strict(settings, monkeypatch):
    """One request of each kind an hour."""
    settings.PACE_FACTOR = 1
    for kind in PACES:
        monkeypatch.setitem(paces.PACES, kind, Pace(ONE, Budget(100), ONE))


def test_a_person_is_told_when_to_come_back_and_nothing_was_done(clinic, strict):
    browser = browser_of_without_limits(clinic)
    contact = make_contact()
    assert browser.post(f"/contacts/{contact.pk}/reveal/", {"reason": "Call"}).status_code != 429
    new = {"given_name": "Ada", "external_id": "X-1"}
    browser.post("/contacts/new/", new)
    before = Contact.objects.count()
    refused = browser.post("/contacts/new/", new | {"external_id": "X-2"})
    assert refused.status_code == 429
    assert 3590 <= int(refused["Retry-After"]) <= 3600
    page = refused.content.decode()
    assert "Wait 60 minutes, then try again." in page
    assert "name the error id" in page
    assert Contact.objects.count() == before


def browser_of_without_limits(clinic):
    """Signing in takes more than one request; each comes from another network."""
    settings.PACE_FACTOR = 1000
    browser = browser_of(make_member(clinic))
    settings.PACE_FACTOR = 1
    return browser


def test_a_workspace_has_a_budget_together(clinic, other_clinic, strict, monkeypatch):
    monkeypatch.setitem(paces.PACES, "look", Pace(Budget(100), Budget(2, HOUR), Budget(100)))
    first, second = (browser_of_without_limits(clinic) for _ in range(2))
    stranger = browser_of_without_limits(other_clinic)
    statuses = [browser.get("/contacts/").status_code for browser in (first, second, first)]
    assert statuses == [200, 200, 429]
    assert stranger.get("/contacts/").status_code == 200


def test_strangers_are_counted_by_their_network(strict):
    neighbors = [staff_browser(f"198.51.100.{number}") for number in (1, 2)]
    elsewhere = staff_browser("203.0.113.1")
    posted = {"email": "a@x.example", "password": "x"}
    statuses = [browser.post("/login/", posted).status_code for browser in neighbors]
    assert statuses[1] == 429
    assert elsewhere.post("/login/", posted).status_code != 429


def test_patients_read_it_in_both_languages(strict):
    portal = Client(
        headers={"host": settings.HOSTS["portal"]}, REMOTE_ADDR=f"2001:db8:{uuid4().hex[:4]}::1"
    )
    portal.get("/m/made-up")
    page = portal.get("/m/made-up")
    assert page.status_code == 429
    assert "Demasiadas solicitudes" in page.content.decode()


def test_systems_get_a_problem(strict):
    api = Client(
        headers={"host": settings.HOSTS["api"]}, REMOTE_ADDR=f"2001:db8:{uuid4().hex[:4]}::1"
    )
    assert api.get("/api/v1/contacts").status_code == 401
    refused = api.get("/api/v1/contacts")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert json.loads(refused.content)["code"] == "rate_limited"
    assert int(refused["Retry-After"]) > 3000


def test_valkey_learns_no_address_and_no_name(clinic):
    staff_browser("203.0.113.77").get("/login/")
    browser_of(make_member(clinic)).get("/contacts/")
    keys = [key.decode() for key in _valkey().scan_iter(f"{PREFIX}*")]
    assert keys
    assert not [key for key in keys if "203.0.113" in key or "@" in key or "nora" in key]
