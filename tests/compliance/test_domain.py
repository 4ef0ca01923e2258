"""Adding a sender domain, and what a check of its records changes."""

import base64
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.management import call_command

from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.errors import DomainNotAdded, SenderInUse, SenderNotAdded
from compliance.models import Sender, SenderDomain
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import tenant_scope
from tests.factories.compliance import OWNER, published, verified_domain

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("recorded_at").values_list("action", flat=True))


def test_makes_a_key_of_each_kind_that_waits_for_its_record(clinic):
    domain = compliance.add_domain(" News.ElmStreet.example. ", actor=OWNER)
    rsa, ed25519 = domain.keys.order_by("-algorithm")
    key = serialization.load_pem_private_key(rsa.private_key, password=None)
    assert (domain.domain, key.key_size) == ("news.elmstreet.example", 2048)
    second = serialization.load_pem_private_key(ed25519.private_key, password=None)
    raw = second.public_key().public_bytes_raw()
    assert base64.b64decode(ed25519.public_key) == raw
    assert rsa.selector.startswith("sp")
    assert ed25519.selector == f"{rsa.selector}e"
    assert not rsa.signs
    assert not ed25519.signs
    assert actions() == ["domain.added"]


@pytest.mark.parametrize("text", ["", "clinic", "a b.example", "hello@elm.example", "élm.example"])
def test_refuses_what_is_no_domain(clinic, text):
    with pytest.raises(DomainNotAdded, match="Enter the domain of your From address"):
        compliance.add_domain(text, actor=OWNER)
    assert SenderDomain.objects.count() == 0


def test_refuses_a_domain_twice_but_not_in_two_workspaces(clinic, other_clinic: Tenant):
    compliance.add_domain("elm.example", actor=OWNER)
    with pytest.raises(DomainNotAdded, match="in the list already"):
        compliance.add_domain("elm.example", actor=OWNER)
    with tenant_scope(other_clinic.id):
        assert compliance.add_domain("elm.example", actor=OWNER).domain == "elm.example"


def test_may_send_for_a_day_after_every_record_was_seen(clinic):
    with clock.at(NOW):
        domain = verified_domain()
    assert {finding["status"] for finding in domain.findings.values()} == {"found"}
    assert domain.may_send(NOW + timedelta(hours=23))
    assert not domain.may_send(NOW + timedelta(hours=24))
    assert Counter(actions()) == {
        "domain.added": 1,
        "domain.key_in_use": 2,
        "domain.verified": 1,
    }


def test_a_record_that_goes_missing_stops_sending_at_once(clinic):
    domain = verified_domain()
    zone = published(domain)
    selector = domain.keys.get(algorithm="rsa").selector
    del zone[f"{selector}._domainkey.{domain.domain}", "TXT"]
    domain = compliance.check_domain(domain, lambda name, kind: zone.get((name, kind), ()))
    assert domain.findings[selector]["status"] == "missing"
    assert domain.verified_at is None
    assert domain.proven_at is not None
    assert actions()[-1] == "domain.broken"


def test_silent_name_servers_leave_the_last_proof_alone(clinic):
    domain = verified_domain()
    checked = compliance.check_domain(domain, lambda *_question: None)
    assert {finding["status"] for finding in checked.findings.values()} == {"unknown"}
    assert checked.verified_at == domain.verified_at


def test_asks_for_slipped_records_only_when_one_is_missing(clinic):
    domain = compliance.add_domain("news.elm.example", actor=OWNER)
    zone = published(domain)
    name = f"_dmarc.{domain.domain}"
    zone[f"{name}.elm.example", "TXT"] = zone.pop((name, "TXT"))
    asked = []

    def look_up(name, kind):
        asked.append(name)
        return zone.get((name, kind), ())

    domain = compliance.check_domain(domain, look_up)
    assert domain.findings["dmarc"]["status"] == "wrong_place"
    assert "Enter only _dmarc.news as the name." in domain.findings["dmarc"]["advice"]
    selector = domain.keys.get(algorithm="rsa").selector
    assert [name for name in asked if "dmarc" not in name] == [
        f"{selector}._domainkey.news.elm.example",
        f"{selector}e._domainkey.news.elm.example",
        "bounce.news.elm.example",
        "bounce.news.elm.example",
        "news.elm.example",
        "_smtp._tls.news.elm.example",
        "_mta-sts.news.elm.example",
        "mta-sts.bounce.news.elm.example",
        "_mta-sts.bounce.news.elm.example",
    ]


def test_a_sender_is_an_address_with_a_name(clinic):
    sender = compliance.add_sender(
        verified_domain(), display_name="Elm Street Clinic", local_part="Hello", actor=OWNER
    )
    assert sender.address == "hello@news.elmstreet.example"
    assert sender.mailbox == "Elm Street Clinic <hello@news.elmstreet.example>"
    with pytest.raises(SenderNotAdded, match="in the list already"):
        compliance.add_sender(sender.domain, display_name="Other", local_part="hello", actor=OWNER)


@pytest.mark.parametrize("local_part", ["", "a b", "x@y"])
def test_refuses_a_sender_that_is_no_address(clinic, local_part):
    domain = compliance.add_domain("elm.example", actor=OWNER)
    with pytest.raises(SenderNotAdded, match="before the @"):
        compliance.add_sender(domain, display_name="Elm", local_part=local_part, actor=OWNER)


def test_a_domain_goes_only_after_its_senders(clinic):
    domain = verified_domain()
    sender = compliance.add_sender(domain, display_name="Elm", local_part="hi", actor=OWNER)
    with pytest.raises(SenderInUse):
        compliance.remove_domain(domain, actor=OWNER)
    assert "domain.removed" not in actions()
    compliance.remove_sender(sender, actor=OWNER)
    compliance.remove_domain(domain, actor=OWNER)
    assert (SenderDomain.objects.count(), Sender.objects.count()) == (0, 0)


def test_an_hour_after_its_check_a_domain_is_due_again(clinic):
    with clock.at(NOW):
        domain = compliance.add_domain("elm.example", actor=OWNER)
        assert queries.domains_to_check() == [domain]
        compliance.check_domain(domain, lambda *_question: ())
        assert queries.domains_to_check() == []
        assert clinic.id not in queries.tenants_with_domains_to_check()
    with clock.at(NOW + timedelta(hours=1, seconds=1)):
        assert queries.domains_to_check() == [domain]
        assert clinic.id in queries.tenants_with_domains_to_check()


def test_names_that_need_a_certificate_are_printed(clinic, other_clinic, capsys):
    domain = verified_domain()
    with tenant_scope(other_clinic.id):
        unproven = compliance.add_domain("other.example", actor=OWNER)
        zone = published(unproven)
        del zone["_dmarc.other.example", "TXT"]
        compliance.check_domain(unproven, lambda name, kind: zone.get((name, kind), ()))
    call_command("policy_hosts")
    printed = capsys.readouterr().out.splitlines()
    assert f"mta-sts.bounce.{domain.domain}" in printed
    assert "mta-sts.bounce.other.example" not in printed
