"""The compliance pages as people with different roles meet them."""

import re
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.facts import Fallback, TransportLevel
from compliance.models import Agreement, Policy, Suppression
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member, membership_of
from tests.compliance.reading import text_of
from tests.factories.compliance import (
    OPERATOR,
    agreement_in_force,
    sign,
    verified_domain,
)

PAGES = [
    "/compliance/",
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


NOTICE = Template("{% load compliance_ui %}{% agreement_required %}")


@pytest.mark.parametrize(
    ("role", "leads_there"), [("owner", True), ("auditor", True), ("marketer", False)]
)
def test_the_notice_says_what_is_missing_and_leads_there_who_may_read_it(clinic, role, leads_there):
    request = RequestFactory().get("/")
    request.user = make_member(clinic, role)
    request.membership = membership_of(request.user, clinic)
    page = NOTICE.render(Context({"request": request}))
    assert "Sign the agreement first." in page
    assert ('href="/compliance/agreement/"' in page) == leads_there
    waiting = sign()
    assert "waits for Sealpost" in NOTICE.render(Context({"request": request}))
    compliance.countersign(
        waiting, compliance.Signature("Olga", "Officer", "198.51.100.9", OPERATOR)
    )
    assert NOTICE.render(Context({"request": request})).strip() == ""


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
    again = owner.post(url, {"reason": "Again."}, follow=True)
    assert "This agreement has already ended." in text_of(again)
    assert "Version 1." in text_of(again)  # the page offers a new one


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
        "tls_floor_limited": "2",
        "fallback_care": "hold",
        "fallback_promotion": "drop",
        "hold_hours": "8",
        "portal_domains": "Bigmail.example, other.example\nbigmail.example",
        "must_arrive_hours": "48",
        "must_arrive_step_hours": "12",
        "portal_from": "2",
        "portal_expiry_days": "14",
        "portal_fact": "postal_code",
        "portal_phone": "phone",
        "counting_up_to": "0",
        "frequency_cap": "2",
        "frequency_window_days": "7",
        "quiet_from": "21:00",
        "quiet_until": "08:00",
    }
    assert owner.post("/compliance/policy/", form).status_code == 302
    policy = Policy.objects.get()
    assert (policy.tls_floor, policy.portal_from, policy.frequency_cap) == (3, 2, 2)
    assert policy.portal_domains == ["bigmail.example", "other.example"]
    gate = policy.for_gate()
    assert (gate.fallback_care, gate.fallback_promotion) == (Fallback.HOLD, Fallback.DROP)
    assert (gate.hold, gate.tls_floor_limited) == (timedelta(hours=8), TransportLevel.VERIFIED)
    wrong = owner.post("/compliance/policy/", {**form, "portal_domains": "no domain"})
    assert "This is no domain: domain" in text_of(wrong)
    half = owner.post("/compliance/policy/", {**form, "quiet_until": ""})
    assert half.status_code == 422
    assert "Give both ends of the quiet hours, or neither." in text_of(half)


def test_an_auditor_reads_the_policy_and_cannot_change_it(clinic):
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


def test_lifting_a_complaint_is_warned_of(clinic):
    marketer = browser_of(make_member(clinic, "marketer"))
    warning = "Another report harms the delivery of all your mail"
    for reason in ("bounced", "complained"):
        Suppression.objects.all().delete()
        marketer.post(
            "/compliance/suppressions/add/", {"address": "a@x.example", "reason": "bounced"}
        )
        Suppression.objects.update(reason=reason)
        shown = marketer.get("/compliance/suppressions/").content.decode()
        assert (warning in shown) == (reason == "complained")


def test_refuses_a_text_that_is_no_address(marketer):
    answer = marketer.post("/compliance/suppressions/add/", {"address": "ada", "reason": "bounced"})
    assert answer.status_code == 422
    assert "Enter one email address." in text_of(answer)
