"""The compliance pages in a browser: strict policy, axe, both themes, phone width; and two stories."""

import pytest

from audit import services as audit
from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import SenderDomain
from tests.accounts.signing_in import make_member, make_user
from tests.audit.months import archived
from tests.browser import assert_accessible, violations
from tests.compliance import zone
from tests.factories.compliance import OWNER, agreement_in_force, published, sign

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.fixture
def records(settings):
    """The names that a check of a domain sees."""
    settings.COMPLIANCE_DNS = "tests.compliance.zone.look_up"
    zone.NAMES.clear()
    return zone.NAMES


@pytest.fixture
def busy_clinic(clinic, nurse, records):
    """A clinic with one of everything, and a DMARC record in the wrong place."""
    agreement_in_force()
    domain = compliance.add_domain("news.elmstreet.example", actor=OWNER)
    records.update(published(domain))
    name = "_dmarc.news.elmstreet.example"
    records[f"{name}.elmstreet.example", "TXT"] = records.pop((name, "TXT"))
    compliance.check_domain(domain, zone.look_up)
    compliance.add_sender(domain, display_name="Elm Street", local_part="hello", actor=OWNER)
    for number, reason in enumerate(SuppressionReason):
        compliance.suppress(
            f"ada{number}@example.com", reason=reason, source="delivery", actor=nurse
        )
    compliance.set_policy({"tls_floor": 3}, actor=nurse)
    audit.record("contact.revealed", actor=nurse, on=domain)
    audit.record_denial("contacts.reveal", actor=nurse, reason="role")
    archived(nurse, (2019, 3), (2019, 4))
    return clinic


# What the page does every 30 seconds while a record is missing.
POLL = """
htmx.ajax("POST", document.querySelector("#records").getAttribute("hx-post"),
          {source: "#records", target: "#records", swap: "outerHTML"})
"""
PAGES = [
    "/compliance/audit/archives/",
    "/compliance/audit/disposals/",
    "/compliance/audit/evidence/",
    "/compliance/audit/reviews/",
    "/compliance/audit/integrity/",
    "/compliance/",
    "/compliance/agreement/",
    "/compliance/agreement/sign/",
    "/compliance/audit/",
    "/compliance/policy/",
    "/compliance/suppressions/",
    "/compliance/suppressions/add/",
    "/settings/domains/",
    "/settings/domains/add/",
    "/settings/retention/",
    "/settings/retention/holds/",
    "/settings/retention/runs/",
    "/compliance/changes/",
    "/compliance/posture/",
]


@pytest.mark.parametrize("path", PAGES)
def test_page_stands_with_data(open_as, busy_clinic, owner, path):
    assert_accessible(open_as(owner, path))


@pytest.mark.parametrize(
    "path", ["/compliance/", "/compliance/suppressions/", "/settings/domains/"]
)
def test_page_stands_without_data(open_as, owner, path):
    assert_accessible(open_as(owner, path))


def test_pages_of_one_thing_stand(open_as, busy_clinic, owner):
    domain = SenderDomain.objects.get()
    event = AuditEvent.objects.get(action="policy.changed")
    page = open_as(owner, f"/settings/domains/{domain.id}/")
    assert_accessible(page)
    page.goto(page.url.replace(f"/settings/domains/{domain.id}/", f"/compliance/audit/{event.id}/"))
    assert_accessible(page)


def test_operators_pages_stand(open_as, clinic):
    sign()
    operator = make_user("Olga Operator", is_operator=True)
    page = open_as(operator, "/operator/agreements/")
    assert_accessible(page)
    page.locator(f'a[href*="{clinic.id}"]').click()  # other tests' clinics wait as well
    page.wait_for_url(f"**/{clinic.id}/")
    assert_accessible(page)


def test_an_agreement_is_signed_countersigned_and_in_force(open_as, clinic, owner):
    page = open_as(owner, "/compliance/")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_label("Your title").fill("Managing partner")
    page.get_by_label("I have read the agreement").check()
    page.get_by_role("button", name="Sign the agreement").click()
    page.get_by_text("Sealpost countersigns next").first.wait_for()
    countersigning = open_as(make_user("Olga Operator", is_operator=True), "/operator/agreements/")
    countersigning.locator(f'a[href*="{clinic.id}"]').click()
    countersigning.get_by_label("Your title").fill("Privacy officer")
    countersigning.get_by_label("I may bind Sealpost").check()
    countersigning.get_by_role("button", name="Countersign").click()
    countersigning.get_by_text("is in force").wait_for()
    page.reload()
    page.get_by_text("In force").first.wait_for()
    assert queries.require_agreement().signer_title == "Managing partner"


def test_a_domain_is_checked_by_a_click_and_by_itself(open_as, owner, records):
    page = open_as(owner, "/settings/domains/")
    page.get_by_role("link", name="Add a domain").click()
    page.get_by_label("Domain").fill("news.elmstreet.example")
    page.get_by_role("button", name="Add the domain").click()
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("4 to fix").wait_for()
    records.update(published(SenderDomain.objects.get()))
    page.evaluate(POLL)
    page.get_by_text("All that is required is in place").wait_for()


def test_ending_asks_why_in_a_dialog(open_as, busy_clinic, owner):
    page = open_as(owner, "/compliance/agreement/")
    page.get_by_role("button", name="End the agreement").click()
    assert violations(page) == []
    page.get_by_role("dialog").get_by_label("Why").fill("We move to another service.")
    page.get_by_role("dialog").get_by_role("button", name="End the agreement").click()
    page.get_by_text("Nothing is sent from now on").wait_for()
    assert queries.agreement_in_force() is None
