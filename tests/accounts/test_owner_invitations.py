"""The operator sees what became of the invitation of a workspace's owner, and nothing after that."""

import re
from datetime import timedelta

import pytest

from accounts.models import Invitation
from accounts.services import people
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import SystemMail, Tenant
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of, make_member, make_user, membership_of
from tests.compliance.reading import text_of

OLIVE = "olive@harbor.example"


@pytest.fixture
def otto():
    return browser_of(make_user("Otto Operator", is_operator=True))


@pytest.fixture
def harbor(otto):
    """A workspace that the operator opened just now."""
    slug = f"harbor-{clock.now():%H%M%S%f}"
    form = {"name": "Harbor Dental", "slug": slug, "owner_email": OLIVE}
    assert otto.post("/operator/new/", form).url == "/operator/"
    with platform_scope():
        return Tenant.objects.get(slug=slug)


def page_of(otto, tenant):
    return text_of(otto.get(f"/operator/{tenant.pk}/keys/"))


def links(tenant):
    """The token of each invitation mailed by this workspace, the oldest first."""
    with tenant_scope(tenant.id):
        mails = SystemMail.objects.filter(kind="invitation").order_by("created_at")
        return [(mail.to, re.search(r"/join/([^/]+)/", mail.context["link"])[1]) for mail in mails]


def works(token):
    try:
        return bool(people.find_invitation(token))
    except people.InvitationInvalid:
        return False


def test_shows_whether_it_waits_or_has_run_out(otto, harbor):
    shown = page_of(otto, harbor)
    assert f"{OLIVE} Invited by Otto Operator" in shown
    assert "Waiting" in shown
    with clock.at(clock.now() + timedelta(hours=24, seconds=5)):
        again = browser_of(make_user("Ola Operator", is_operator=True))
        assert "Expired" in page_of(again, harbor)
        assert "Send a new invitation" in page_of(again, harbor)


def test_shows_that_it_was_accepted_and_offers_nothing_more(otto, harbor):
    owner = make_user("Olive Owner", email=f"olive-{harbor.pk}@harbor.example")
    otto.post(f"/operator/{harbor.pk}/owner/invite/", {"email": owner.email})
    people.accept(links(harbor)[-1][1], owner)
    shown = page_of(otto, harbor)
    assert f"{owner.email} Invited by Otto Operator" in shown
    assert "Accepted" in shown
    assert "Send" not in shown


def test_is_sent_again_to_the_right_address_and_the_first_link_works_no_longer(otto, harbor):
    right = "olive.owner@harbor.example"
    answer = otto.post(f"/operator/{harbor.pk}/owner/invite/", {"email": right})
    assert answer.url == f"/operator/{harbor.pk}/keys/"
    (first, old), (second, new) = links(harbor)
    assert (first, second) == (OLIVE, right)
    assert (works(old), works(new)) == (False, True)
    with tenant_scope(harbor.id):
        told = [*AuditEvent.objects.order_by("recorded_at").values_list("action", "actor_kind")]
    assert told[-2:] == [("invitation.revoked", "operator"), ("user.invited", "operator")]
    refused = otto.post(
        f"/operator/{harbor.pk}/owner/invite/", {"email": "no address"}, follow=True
    )
    assert "Enter the address of the owner" in text_of(refused)
    assert len(links(harbor)) == 2


def test_is_withdrawn(otto, harbor):
    otto.post(f"/operator/{harbor.pk}/owner/withdraw/")
    assert "Withdrawn" in page_of(otto, harbor)
    ((_, token),) = links(harbor)
    assert not works(token)


def test_once_somebody_is_there_the_operator_invites_nobody_and_sees_no_invitation(otto, clinic):
    owner = make_member(clinic, "owner", "Olive Owner")
    people.invite("next@clinic.example", "owner", by=membership_of(owner, clinic),
                  actor=actor_for(owner))  # fmt: skip
    assert "next@clinic.example" not in page_of(otto, clinic)
    for act, form in (("invite", {"email": "mallory@clinic.example"}), ("withdraw", {})):
        answer = otto.post(f"/operator/{clinic.pk}/owner/{act}/", form, follow=True)
        assert "Somebody has joined" in text_of(answer)
    assert Invitation.objects.get().state == "waiting"
    assert not AuditEvent.objects.filter(actor_kind="operator").exists()


def test_nobody_of_a_workspace_does_it(clinic, harbor):
    browser = browser_of(make_member(clinic, "owner", "Olive Owner"))
    for act in ("invite", "withdraw"):
        answer = browser.post(f"/operator/{harbor.pk}/owner/{act}/", {"email": OLIVE})
        assert answer.status_code == 403
    assert len(links(harbor)) == 1
