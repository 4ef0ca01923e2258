"""Keys of a sender domain take turns: the next one signs when the DNS shows it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from compliance import listings
from compliance import services as compliance
from compliance.errors import KeysNotReplaced
from compliance.models import DkimKey, SenderDomain
from compliance.services import dkim_keys
from tenancy import clock
from tests.factories.compliance import OWNER, published, verified_domain

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def check(domain: SenderDomain, zone: dict[tuple[str, str], tuple[str, ...]]) -> SenderDomain:
    return compliance.check_domain(domain, lambda name, kind: zone.get((name, kind), ()))


def signing(domain: SenderDomain) -> set[str]:
    keys = DkimKey.objects.filter(domain=domain, signs_since__isnull=False, retired_at=None)
    return set(keys.values_list("selector", flat=True))


def test_the_present_keys_sign_until_the_next_are_seen(clinic):
    domain = verified_domain()
    first, before = signing(domain), published(domain)
    dkim_keys.replace(domain, actor=OWNER)
    assert check(domain, before).may_send(clock.now())
    assert signing(domain) == first
    with clock.at(NOW):
        domain = check(domain, published(domain))
    assert domain.may_send(NOW)
    assert len(signing(domain)) == 2
    assert first.isdisjoint(signing(domain))
    gone = DkimKey.objects.filter(selector__in=first)
    assert [(key.private_key, key.retired_at) for key in gone] == [(None, NOW)] * 2
    told = AuditEvent.objects.filter(action="domain.key_in_use")
    assert {selector for event in told for selector in event.detail["replaced"]} == first


def test_a_key_seen_alone_goes_ahead_of_its_pair(clinic):
    domain = verified_domain()
    dkim_keys.replace(domain, actor=OWNER)
    zone = published(domain)
    waiting = domain.keys.get(signs_since=None, algorithm="ed25519")
    del zone[f"{waiting.selector}._domainkey.{domain.domain}", "TXT"]
    domain = check(domain, zone)
    assert domain.may_send(clock.now())
    assert domain.keys.filter(signs_since=None).get() == waiting
    assert len(signing(domain)) == 2


def test_a_foreign_value_under_the_name_puts_no_key_to_use(clinic):
    domain = verified_domain()
    first, zone = signing(domain), published(domain)
    dkim_keys.replace(domain, actor=OWNER)
    for key in domain.keys.filter(signs_since=None):
        zone[f"{key.selector}._domainkey.{domain.domain}", "TXT"] = ("v=DKIM1; p=c29tZQ==",)
    domain = check(domain, zone)
    assert signing(domain) == first
    assert domain.may_send(clock.now())


def test_new_keys_are_made_once_and_can_be_discarded(clinic):
    domain = verified_domain()
    first = signing(domain)
    with pytest.raises(KeysNotReplaced, match="No new keys wait"):
        dkim_keys.discard_next(domain, actor=OWNER)
    dkim_keys.replace(domain, actor=OWNER)
    with pytest.raises(KeysNotReplaced, match="New keys wait already"):
        dkim_keys.replace(domain, actor=OWNER)
    assert DkimKey.objects.count() == 4
    dkim_keys.discard_next(domain, actor=OWNER)
    assert (DkimKey.objects.count(), signing(domain)) == (2, first)


def test_the_first_keys_cannot_be_discarded(clinic):
    domain = compliance.add_domain("elm.example", actor=OWNER)
    with pytest.raises(KeysNotReplaced):
        dkim_keys.discard_next(domain, actor=OWNER)
    assert DkimKey.objects.count() == 2


def test_a_record_may_go_a_week_after_its_key_was_replaced(clinic):
    domain = verified_domain()
    dkim_keys.replace(domain, actor=OWNER)
    with clock.at(NOW):
        check(domain, published(domain))
        former = listings.former_keys(domain)
        assert {key.record_may_go_at for key in former} == {NOW + timedelta(days=7)}
    with clock.at(NOW + timedelta(days=28)):
        assert listings.former_keys(domain) == []


@pytest.mark.parametrize(
    "change",
    [{"private_key": None}, {"retired_at": NOW}, {"algorithm": "dsa"}],
    ids=["no private half", "retired with it", "unknown kind"],
)
def test_the_database_refuses_a_key_that_makes_no_sense(clinic, change):
    verified_domain()
    with pytest.raises(IntegrityError), transaction.atomic():
        DkimKey.objects.filter(algorithm="rsa").update(**change)
    assert DkimKey.objects.filter(algorithm="rsa", retired_at=None).count() == 1
