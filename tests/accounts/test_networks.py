"""From where a workspace opens."""

from ipaddress import ip_network

import pytest
from django.db import DataError, connection
from django.test import RequestFactory

from accounts.http import address_of
from accounts.models import Countersignature, SecuritySettings
from accounts.networks import includes, opens_wider
from accounts.services import access_rules, allow_list, countersignatures
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tests.accounts.signing_in import browser_of, make_member, sign_in, staff_browser

HOSPITAL = ip_network("203.0.113.0/24")
SIX = ip_network("2001:db8::/32")


def browser_at(address):
    browser = staff_browser()
    browser.defaults["REMOTE_ADDR"] = address
    return browser


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("203.0.113.9", True),
        ("::ffff:203.0.113.9", True),
        ("2001:db8:1::5", True),
        ("203.0.114.9", False),
        ("2001:db9::5", False),
        ("::ffff:198.51.100.1", False),
    ],
)
def test_knows_what_is_inside(address, is_inside):
    assert includes([HOSPITAL, SIX], address) is is_inside


def test_opens_from_the_listed_networks_only_at_sign_in_and_at_every_click(clinic):
    mara = make_member(clinic, "marketer", "Mara")
    inside, outside = browser_at("203.0.113.9"), browser_at("198.51.100.4")
    sign_in(inside, mara)
    sign_in(outside, mara)
    SecuritySettings.objects.create(ip_allow_list=[HOSPITAL, SIX])

    assert inside.get("/account/").status_code == 200
    assert outside.get("/account/").url.startswith("/login/")
    assert "opens from its own networks only" in outside.get("/login/").content.decode()
    denied = AuditEvent.objects.get(action="session.continued")
    assert (denied.outcome, denied.detail) == ("denied", {"reason": "network"})

    sign_in(outside, mara)
    page = outside.get("/workspaces/").content.decode()
    assert "Elm Street Clinic opens from its own networks only." in page
    outside.post(f"/workspaces/{clinic.id}/")
    assert outside.get("/settings/").status_code == 403
    inside.defaults["REMOTE_ADDR"] = "198.51.100.4"
    assert inside.get("/account/").url.startswith("/login/")


def test_cannot_lock_out_who_edits(clinic, owner):
    browser = browser_at("203.0.113.9")
    sign_in(browser, owner)
    answer = browser.post("/settings/networks/", {"networks": "198.51.100.0/24"})
    page = answer.content.decode()
    assert (answer.status_code, "or you lock yourself out" in page) == (422, True)
    assert not SecuritySettings.objects.exists()

    browser.post("/settings/networks/", {"networks": "203.0.113.0/24\n2001:db8::/32"})
    assert SecuritySettings.objects.get().ip_allow_list == [HOSPITAL, SIX]
    assert browser.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("10.4.0.0/33", "A network looks like"),
        ("10.4.1.0/23", "Did you mean 10.4.0.0/23?"),
        ("nonsense", "A network looks like"),
    ],
)
def test_says_what_to_correct(typed, words):
    with pytest.raises(allow_list.ListRefused) as refused:
        allow_list.read(typed)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("new", "old", "is_looser"),
    [
        ([], [], False),
        (["10.0.0.0/8"], [], False),
        ([], ["10.0.0.0/8"], True),
        (["10.1.0.0/16"], ["10.0.0.0/8"], False),
        (["10.0.0.0/8"], ["10.1.0.0/16"], True),
        (["10.0.0.0/8", "2001:db8::/32"], ["10.0.0.0/8"], True),
    ],
)
def test_knows_what_is_wider(new, old, is_looser):
    networks = [[ip_network(text) for text in side] for side in (new, old)]
    assert opens_wider(*networks) is is_looser


def test_wider_waits_for_a_second_person(clinic, owner):
    officer = make_member(clinic, "compliance_officer", "Cora")
    SecuritySettings.objects.create(ip_allow_list=[HOSPITAL])
    change = {"address": "203.0.113.9", "actor": actor_for(owner)}
    with pytest.raises(countersignatures.NotAsked, match="Write why"):
        access_rules.change_networks([], reason="", **change)
    assert not access_rules.change_networks([HOSPITAL, SIX], reason="New wing", **change)
    assert SecuritySettings.objects.get().ip_allow_list == [HOSPITAL]

    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(officer))

    assert SecuritySettings.objects.get().ip_allow_list == [HOSPITAL, SIX]
    event = AuditEvent.objects.get(action="networks.changed")
    assert event.detail == {
        "changed": {"ip_allow_list": {"was": [str(HOSPITAL)], "is": [str(HOSPITAL), str(SIX)]}},
        "reason": "New wing",
        "asked_by": str(owner.id),
        "asked_by_name": owner.name,
    }


def test_the_database_itself_reads_networks(clinic):
    settings = SecuritySettings.objects.create(ip_allow_list=[HOSPITAL])
    with pytest.raises(DataError), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_securitysettings SET ip_allow_list = '{10.4.0.1/23}' WHERE id = %s",
            [settings.pk],
        )


@pytest.mark.parametrize(
    ("direct", "header", "seen"),
    [
        ("198.51.100.4", "203.0.113.9", "198.51.100.4"),
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "6.6.6.6, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3", "10.0.0.3"),
    ],
)
def test_believes_our_own_proxies_and_nobody_else(settings, direct, header, seen):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    request = RequestFactory().get("/", REMOTE_ADDR=direct, headers={"X-Forwarded-For": header})
    assert address_of(request) == seen


def test_believes_nobody_until_it_is_told_to():
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": "1.1.1.1"}
    )
    assert address_of(request) == "10.0.0.2"


def test_only_who_manages_people_edits_the_list(clinic):
    assert browser_of(make_member(clinic, "auditor")).get("/settings/networks/").status_code == 403
