"""From where a key comes, and which of its secrets still works."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ApiKey
from accounts.services import api_keys, key_rotation
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import SystemMail
from tests.accounts.signing_in import make_member
from tests.accounts.test_issued_keys import issue
from tests.factories.compliance import agreement_in_force
from tests.integrations.client import make_system

OFFICE = [ip_network("198.51.100.0/24"), ip_network("2001:db8:4::/48")]
WEEK = timedelta(days=7)


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8:4::9", "::ffff:198.51.100.7"])
def test_a_key_works_from_its_networks(clinic, nurse, address):
    key, text = issue(nurse, networks=OFFICE)
    assert api_keys.find(text, address=address).key.pk == key.pk


@pytest.mark.parametrize("address", ["198.51.101.7", "2001:db8:5::9", "::ffff:203.0.113.7"])
def test_from_elsewhere_it_is_refused_recorded_and_told(clinic, nurse, address):
    owner, admin = make_member(clinic, "owner"), make_member(clinic, "admin")
    make_member(clinic, "marketer")
    _, text = issue(nurse, networks=OFFICE)
    for _ in range(2):
        with pytest.raises(api_keys.KeyRefused, match="may not be used from here"):
            api_keys.find(text, address=address)
    denials = AuditEvent.objects.filter(action="api_key.used", outcome="denied")
    assert [event.detail for event in denials] == [{"reason": "address", "address": address}] * 2
    mails = SystemMail.objects.filter(kind="key_elsewhere")
    assert {mail.to for mail in mails} == {owner.email, admin.email}
    assert mails.count() == 2
    assert address not in str([mail.context for mail in mails])

    with clock.at(clock.now() + timedelta(minutes=61)), pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address=address)
    assert mails.all().count() == 4


def test_the_api_answers_401_from_elsewhere(clinic):
    agreement_in_force()
    system = make_system(networks=OFFICE)
    assert system.get("/contacts").status_code == 401
    system.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert system.get("/contacts").status_code == 200
    system.headers["x-forwarded-for"] = "203.0.113.9"
    assert system.get("/contacts").status_code == 200
    system.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    system.headers["x-forwarded-for"] = "198.51.100.7"
    assert system.get("/contacts").status_code == 401


def test_both_secrets_work_until_the_chosen_end(clinic, nurse):
    key, old = issue(nurse)
    _, new = key_rotation.rotate(key, overlap=timedelta(days=1), actor=nurse)
    for text in (old, new):
        assert api_keys.find(text, address="203.0.113.9").key.pk == key.pk
    with clock.at(clock.now() + timedelta(days=1)):
        assert api_keys.find(new, address="203.0.113.9").key.pk == key.pk
        with pytest.raises(api_keys.KeyRefused):
            api_keys.find(old, address="203.0.113.9")
    denied = AuditEvent.objects.get(action="api_key.used")
    assert denied.detail == {"reason": "replaced"}


def test_a_secret_replaced_at_once_is_refused(clinic, nurse):
    key, old = issue(nurse)
    key_rotation.rotate(key, overlap=timedelta(), actor=nurse)
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(old, address="203.0.113.9")


def test_a_new_secret_is_no_new_right(clinic, nurse):
    key, _ = issue(nurse, networks=OFFICE)
    rotated, _ = key_rotation.rotate(key, overlap=WEEK, actor=nurse)
    for column in ("scopes", "expires_at", "is_allowed", "networks"):
        assert getattr(rotated, column) == getattr(key, column)


def test_refuses_a_longer_overlap_a_third_secret_and_an_ended_key(clinic, nurse):
    key, _ = issue(nurse)
    with pytest.raises(key_rotation.NotRotated, match="seven days at most"):
        key_rotation.rotate(key, overlap=WEEK + timedelta(seconds=1), actor=nurse)
    key_rotation.rotate(key, overlap=WEEK, actor=nurse)
    with pytest.raises(key_rotation.NotRotated, match="Two secrets work"):
        key_rotation.rotate(key, overlap=WEEK, actor=nurse)
    api_keys.revoke(key, actor=nurse)
    with pytest.raises(key_rotation.NotRotated, match="has ended"):
        key_rotation.rotate(key, overlap=WEEK, actor=nurse)
    assert AuditEvent.objects.filter(action="api_key.rotated").count() == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"expires_at": timedelta(days=366)}, "a_year"),
        ({"old_secret_hash": b"x", "old_ends_at": WEEK + timedelta(hours=1)}, "within_a_week"),
        ({"old_hint": "sk_live_abcd"}, "within_a_week"),
    ],
)
def test_the_database_keeps_the_limits(clinic, nurse, change, rule):
    key, _ = issue(nurse)
    columns = {
        name: key.created_at + value if isinstance(value, timedelta) else value
        for name, value in change.items()
    }
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(rotated_at=key.created_at, **columns)
