"""The compliance pages as people with different roles meet them."""

import re
from datetime import UTC, datetime

import pytest

from audit import services as audit
from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.models import Agreement, Policy, SenderDomain, Suppression
from tenancy.scope import tenant_scope
from tests.factories.compliance import OWNER, agreement_in_force, published, sign, verified_domain

PAGES = [
    "/compliance/",
    "/compliance/agreement/sign/",
    "/compliance/audit/",
    "/compliance/policy/",
    "/compliance/suppressions/",
    "/compliance/suppressions/add/",
    "/settings/domains/",
    "/settings/domains/add/",
]


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())[1]


@pytest.mark.parametrize("url", PAGES)
def test_every_page_opens_for_the_owner_even_when_there_is_nothing(owner, url):
    assert owner.get(url).status_code == 200


def test_the_home_page_names_what_is_missing_and_what_is_done(owner):
    page = text_of(owner.get("/compliance/"))
    assert "Until it is signed, nothing that holds PHI can be imported or sent." in page
    agreement_in_force()
    verified_domain()
    page = text_of(owner.get("/compliance/"))
    assert "The business associate agreement is in force." in page
    assert "Every record was seen within the last day." in page


def test_the_owner_signs_what_was_shown(owner):
    offer = owner.get("/compliance/agreement/sign/")
    form = {
        "purposes": ["treatment", "appointment", "care_gap", "payment", "operations", "refill"],
        "text_hash": hidden(offer, "text_hash"),
        "name": "Olive Owner",
        "title": "Managing partner",
        "is_authorized": "on",
    }
    answer = owner.post("/compliance/agreement/sign/", form)
    assert answer.status_code == 302
    agreement = Agreement.objects.get()
    assert (agreement.signer_title, agreement.status) == ("Managing partner", "signed")
    assert agreement.text_hash == form["text_hash"]
    assert "Sealpost countersigns next." in text_of(
        owner.get("/compliance/agreement/", follow=True)
    )


def test_a_signature_under_another_text_is_refused_and_what_was_typed_stays(owner):
    form = {"purposes": ["marketing"], "text_hash": "0" * 64, "name": "Olive", "title": "Partner"}
    answer = owner.post("/compliance/agreement/sign/", {**form, "is_authorized": "on"})
    assert answer.status_code == 422
    assert "The text is not the one that you read." in text_of(answer)
    assert 'value="Partner"' in answer.content.decode()
    assert not Agreement.objects.exists()


def test_the_text_follows_the_chosen_purposes(owner):
    page = text_of(owner.get("/compliance/agreement/sign/?purposes=fundraising"))
    annex = page.partition("Annex A. Permitted purposes")[2].partition("Annex B")[0]
    assert "Fundraising." in annex
    assert "Treatment." not in annex


def test_the_officer_reads_but_cannot_sign(officer):
    assert "Only an owner of this workspace may sign." in text_of(
        officer.get("/compliance/agreement/sign/")
    )
    assert officer.post("/compliance/agreement/sign/", {}).status_code == 403


def test_the_owner_ends_the_agreement_with_a_reason(owner):
    agreement = agreement_in_force()
    url = f"/compliance/agreement/{agreement.id}/end/"
    owner.post(url, {"reason": ""})
    assert queries.agreement_in_force() == agreement
    owner.post(url, {"reason": "We move to another service."})
    assert queries.agreement_in_force() is None


def test_another_workspaces_agreement_is_not_found(owner, other_clinic):
    with tenant_scope(other_clinic.id):
        theirs = sign()
    assert owner.get(f"/compliance/agreement/{theirs.id}/").status_code == 404


def test_the_operator_countersigns_and_the_agreement_is_in_force(operator, clinic):
    agreement = sign()
    assert "Elm Street Clinic" in text_of(operator.get("/operator/agreements/"))
    answer = operator.post(
        f"/operator/agreements/{clinic.id}/", {"title": "Privacy officer", "is_authorized": "on"}
    )
    assert answer.status_code == 302
    assert queries.require_agreement() == agreement
    event = AuditEvent.objects.get(action="agreement.countersigned")
    assert (event.actor_kind, event.actor_name) == ("operator", "Olga Operator")


def test_nobody_but_an_operator_countersigns(owner, clinic):
    sign()
    assert owner.post(f"/operator/agreements/{clinic.id}/", {"title": "x"}).status_code == 403
    assert queries.agreement_in_force() is None


def test_an_operator_sees_nothing_of_a_workspace_without_a_waiting_agreement(operator, clinic):
    assert operator.get(f"/operator/agreements/{clinic.id}/").status_code == 404
    assert operator.get("/compliance/audit/").status_code == 403


def test_the_policy_page_saves_what_changed(owner):
    page = owner.get("/compliance/policy/")
    assert page.status_code == 200
    form = {
        "approval_mode": "second_person",
        "tls_floor": "3",
        "portal_from": "2",
        "portal_expiry_days": "14",
        "frequency_cap": "",
        "frequency_window_days": "7",
        "quiet_from": "21:00",
        "quiet_until": "08:00",
    }
    assert owner.post("/compliance/policy/", form).status_code == 302
    policy = Policy.objects.get()
    assert (policy.tls_floor, policy.portal_from, policy.frequency_cap) == (3, 2, None)
    half = owner.post("/compliance/policy/", {**form, "quiet_until": ""})
    assert half.status_code == 422
    assert "Give both ends of the quiet hours, or neither." in text_of(half)


def test_an_auditor_reads_the_policy_and_cannot_change_it(clinic):
    from tests.accounts.signing_in import browser_of, make_member

    auditor = browser_of(make_member(clinic, "auditor", "Ann Auditor"))
    page = auditor.get("/compliance/policy/")
    assert "Save the policy" not in page.content.decode()
    assert auditor.post("/compliance/policy/", {}).status_code == 403


def test_suppressing_looking_up_and_lifting_an_address(marketer):
    added = marketer.post(
        "/compliance/suppressions/add/", {"address": "Ada@example.com", "reason": "requested"}
    )
    assert added.status_code == 302
    page = marketer.post("/compliance/suppressions/", {"sought": "ada@example.com"})
    assert "Asked you not to write" in text_of(page)
    assert "ada@example.com" not in page.content.decode().replace('value="ada@example.com"', "")
    absent = marketer.post("/compliance/suppressions/", {"sought": "b@example.com"})
    assert "Nothing stops mail to this address here." in text_of(absent)
    suppression = Suppression.objects.get()
    url = f"/compliance/suppressions/{suppression.id}/lift/"
    marketer.post(url, {"reason": ""})
    assert Suppression.objects.exists()
    marketer.post(url, {"reason": "She called."})
    assert not Suppression.objects.exists()


def test_refuses_a_text_that_is_no_address(marketer):
    answer = marketer.post("/compliance/suppressions/add/", {"address": "ada", "reason": "bounced"})
    assert answer.status_code == 422
    assert "Enter one email address." in text_of(answer)


@pytest.fixture
def dns(settings):
    """The names that the check sees; settings name its door."""
    settings.COMPLIANCE_DNS = "tests.compliance.zone.look_up"
    from tests.compliance import zone

    zone.NAMES.clear()
    return zone.NAMES


def test_adding_a_domain_shows_records_and_the_check_finds_them(owner, dns):
    answer = owner.post("/settings/domains/add/", {"domain": "news.elmstreet.example"})
    domain = SenderDomain.objects.get()
    assert answer.url == f"/settings/domains/{domain.id}/"
    page = owner.get(answer.url).content.decode()
    assert f"{domain.selector}._domainkey.news.elmstreet.example" in page
    assert f"v=DKIM1; k=rsa; p={domain.public_key}" in page.replace("&#x3D;", "=")
    dns.update(published(domain))
    checked = owner.post(f"/settings/domains/{domain.id}/check/", headers={"HX-Request": "true"})
    assert "All in place" in text_of(checked)
    assert "Can send" in text_of(owner.get("/settings/domains/"))


def test_the_check_says_what_to_enter(owner, dns):
    domain = compliance.add_domain("news.elm.example", actor=OWNER)
    records = published(domain)
    records["_dmarc.news.elm.example.elm.example", "TXT"] = records.pop(
        ("_dmarc.news.elm.example", "TXT")
    )
    dns.update(records)
    page = text_of(owner.post(f"/settings/domains/{domain.id}/check/", follow=True))
    assert "Found in the wrong place." in page
    assert "Enter only _dmarc.news as the name." in page


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


def test_the_log_filters_by_kind_person_and_object(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    audit.record_denial("contacts.reveal", actor=nurse, reason="role")
    everything = text_of(officer.get("/compliance/audit/"))
    assert "Added domain" in everything
    assert "Was refused: reveal contacts" in everything
    refused = text_of(officer.get("/compliance/audit/?kind=refused"))
    assert "Was refused: reveal contacts" in refused
    assert "Added domain" not in refused
    one_object = text_of(officer.get(f"/compliance/audit/?object={domain.id}"))
    assert "Added domain" in one_object
    assert "reveal contacts" not in one_object
    nobody = text_of(officer.get("/compliance/audit/?actor=nobody"))
    assert "No event matches" in nobody


def test_opening_details_is_an_event_itself(officer, nurse):
    compliance.set_policy({"tls_floor": 3}, actor=nurse)
    event = AuditEvent.objects.get(action="policy.changed")
    page = text_of(officer.get(f"/compliance/audit/{event.id}/"))
    assert "Nora Nurse" in page
    assert "tls_floor" in page
    opened = AuditEvent.objects.get(action="audit.event_opened")
    assert (opened.object_id, opened.actor_name) == (str(event.id), "Cora Officer")


def test_a_marketer_may_not_read_the_log_and_the_try_is_in_it(marketer, officer):
    assert marketer.get("/compliance/audit/").status_code == 403
    refused = text_of(officer.get("/compliance/audit/?kind=refused"))
    assert "Mara Marketer" in refused


def test_the_log_shows_one_day(officer, nurse):
    today = datetime.now(UTC).date()
    compliance.add_domain("elm.example", actor=nurse)
    assert "No event matches" in text_of(officer.get("/compliance/audit/?day=2020-01-01"))
    assert officer.get(f"/compliance/audit/?day={today}").status_code == 200
    assert officer.get("/compliance/audit/?day=nonsense&before=x&kind=y").status_code == 200
