"""The pages of sender domains as people with different roles meet them."""

import pytest

from audit.models import AuditEvent
from compliance import services as compliance
from compliance.models import SenderDomain
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance import zone
from tests.compliance.reading import text_of
from tests.factories.compliance import OWNER, published, verified_domain


@pytest.fixture
def dns(settings):
    """The names that the check sees; settings name its door."""
    settings.COMPLIANCE_DNS = "tests.compliance.zone.look_up"
    zone.NAMES.clear()
    return zone.NAMES


def test_adding_a_domain_shows_records_and_the_check_finds_them(owner, dns):
    answer = owner.post("/settings/domains/add/", {"domain": "news.elmstreet.example"})
    domain = SenderDomain.objects.get()
    assert answer.url == f"/settings/domains/{domain.id}/"
    page = owner.get(answer.url).content.decode()
    key = domain.keys.get(algorithm="rsa")
    assert f"{key.selector}._domainkey.news.elmstreet.example" in page
    assert f"v=DKIM1; k=rsa; p={key.public_key}" in page.replace("&#x3D;", "=")
    dns.update(published(domain))
    checked = owner.post(f"/settings/domains/{domain.id}/check/", headers={"HX-Request": "true"})
    assert "All that is required is in place" in text_of(checked)
    assert "Can send" in text_of(owner.get("/settings/domains/"))


def test_the_check_says_what_to_enter(owner, dns):
    domain = compliance.add_domain("news.elm.example", actor=OWNER)
    records = published(domain)
    records["_dmarc.news.elm.example.elm.example", "TXT"] = records.pop(
        ("_dmarc.news.elm.example", "TXT")
    )
    dns.update(records)
    page = text_of(owner.post(f"/settings/domains/{domain.id}/check/", follow=True))
    assert "Wrong place." in page
    assert "Enter only _dmarc.news as the name." in page


def test_a_check_is_for_editors_and_is_recorded(clinic, owner, dns):
    domain = compliance.add_domain("news.elm.example", actor=OWNER)
    url = f"/settings/domains/{domain.id}/"
    auditor = browser_of(make_member(clinic, "auditor", "Uma Auditor"))
    assert "Check now" not in text_of(auditor.get(url))
    assert f"{url}check/" not in auditor.get(url).content.decode()
    assert auditor.post(f"{url}check/").status_code == 403
    domain.refresh_from_db()
    assert domain.checked_at is None
    assert "Check now" in text_of(owner.get(url))
    owner.post(f"{url}check/", headers={"HX-Request": "true", "X-Background": "1"})
    assert not AuditEvent.objects.filter(action="domain.checked").exists()
    owner.post(f"{url}check/")
    assert AuditEvent.objects.get(action="domain.checked").object_id == str(domain.id)


def test_senders_come_and_go(owner):
    domain = verified_domain()
    url = f"/settings/domains/{domain.id}/"
    owner.post(f"{url}senders/", {"display_name": "Elm Street Clinic", "local_part": "hello"})
    page = owner.get(url)
    assert "hello@news.elmstreet.example" in text_of(page)
    again = owner.post(f"{url}senders/", {"display_name": "Elm", "local_part": "hello"})
    assert again.status_code == 422
    assert "This address is in the list already." in text_of(again)
    sender = domain.senders.get()
    assert owner.post(f"{url}remove/", follow=True).status_code == 200
    assert SenderDomain.objects.exists()
    owner.post(f"/settings/domains/senders/{sender.id}/remove/")
    owner.post(f"{url}remove/")
    assert not SenderDomain.objects.exists()


def test_a_marketer_sees_domains_and_cannot_add_one(marketer):
    assert marketer.get("/settings/domains/").status_code == 200
    answer = marketer.get("/settings/domains/add/")
    assert answer.status_code == 403
    assert "Ask" in text_of(answer) or "may do this" in text_of(answer)
