"""The demo's data: made once, by the services that people use."""

import json
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, TotpDevice
from campaigns.models import Campaign
from compliance import queries as compliance
from compliance.models import DkimKey
from compliance.services import own_domain
from contacts.models import Contact
from delivery.demo import accounts, mail
from dev.sandbox.postures import MAIL_SERVERS
from segments.models import Segment
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope


@pytest.fixture
def small_demo(settings, tmp_path):
    """A demo of few people, with a zone and a state folder of its own."""
    zone = tmp_path / "zone.json"
    zone.write_text(json.dumps({"mx": {}, "a": {}, "txt": {}}))
    settings.DELIVERY_ZONE_FILE = str(zone)
    settings.STATE_DIR = str(tmp_path)
    call_command("seed_demo", people=150)
    return tmp_path


def clinic() -> Tenant:
    with platform_scope():
        return Tenant.objects.get(slug="elm-street")


def test_makes_a_clinic_that_is_ready_to_send(small_demo):
    with tenant_scope(clinic().id):
        assert Contact.objects.count() == 150
        assert [each.domain for each in compliance.domains_that_may_send()] == [mail.DOMAIN]
        assert compliance.agreement_in_force() is not None
        statuses = Campaign.objects.order_by("created_at").values_list("status", flat=True)
        assert list(statuses) == ["draft", "submitted", "scheduled"]
        counts = {each.name: each.people for each in Segment.objects.all()}
        assert counts["Mammogram overdue"] > 0
        assert counts["Balance due"] > 0


def test_the_services_own_mail_is_signed(small_demo):
    with platform_scope():
        signing = DkimKey.objects.filter(domain=own_domain.own_domain(), signs_since__isnull=False)
        assert signing.count() == 2


def test_everybody_can_sign_in_with_both_factors(small_demo):
    listed = json.loads((small_demo / "demo-accounts.json").read_text())
    assert len(listed) == 8
    assert set(listed[0]) == {"email", "password", "role", "name"}
    assert [account["role"] for account in listed] == [
        "Marketer", "Compliance officer", "Owner", "Administrator", "Analyst", "Auditor",
        "Owner", "Platform operator",
    ]  # fmt: skip
    with platform_scope():
        devices = set(TotpDevice.objects.values_list("user__email", flat=True))
    assert {account["email"] for account in listed} <= devices
    with tenant_scope(clinic().id):
        roles = set(Membership.objects.values_list("role", flat=True))
    assert roles == {account.role for account in accounts.CLINIC}


def test_everybody_has_a_mailbox_in_the_sandbox():
    served = {domain for server in MAIL_SERVERS for domain in server.domains}
    everybody = (*accounts.CLINIC, *accounts.DENTIST, *accounts.PLATFORM)
    assert {account.email.rpartition("@")[2] for account in everybody} <= served


def test_a_second_run_changes_nothing_and_publishes_the_records_again(small_demo, settings):
    with tenant_scope(clinic().id):
        before = Contact.objects.order_by("pk").values_list("pk", "updated_at")
        known: list[tuple[object, datetime]] = list(before)
        zone = json.loads((small_demo / "zone.json").read_text())
        (small_demo / "zone.json").write_text(json.dumps({"mx": {}, "a": {}, "txt": {}}))
        call_command("seed_demo", people=150)
        assert list(before.all()) == known
        assert Campaign.objects.count() == 3
    assert json.loads((small_demo / "zone.json").read_text()) == zone


def test_refuses_in_production(settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("seed_demo")
