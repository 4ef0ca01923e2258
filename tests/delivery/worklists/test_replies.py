"""Replies: listed masked, read one by one under a name, and done by somebody."""

import pytest

from audit.models import AuditEvent
from contacts.models import Look
from delivery.models import Reply
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.browser import assert_accessible
from tests.delivery.reports.reading import page

SECRETS = ("knee", "Your visit", "ada@postbox.example")


def test_the_list_and_the_page_show_nobody(as_, reply):
    for path in ("/replies/", f"/replies/{reply.id}/"):
        shown = as_("marketer").get(path).content.decode()
        assert "a•••••@postbox.example" in shown or "A•••" in shown
        assert [secret for secret in SECRETS if secret in shown] == []


def test_reading_is_a_look_that_is_recorded(as_, reply, ada):
    marketer = as_("marketer")
    shown = page(marketer.post(f"/replies/{reply.id}/read/", follow=True))
    assert "I cannot come, my knee hurts. &lt;b&gt;http://x.example&lt;/b&gt;" in shown
    assert "1 file came along and is not kept" in shown
    assert Look.objects.get().contact_id == ada.id
    event = AuditEvent.objects.get(action="reply.revealed")
    assert (event.object_id, event.actor_name) == (str(reply.id), "Mara Marketer")
    assert "knee" not in str(event.detail)


@pytest.mark.parametrize("role", ["admin", "analyst", "auditor"])
def test_who_may_not_see_people_sees_no_reply(as_, reply, role):
    browser = as_(role)
    assert browser.get("/replies/").status_code == 403
    assert browser.post(f"/replies/{reply.id}/read/").status_code == 403
    assert browser.post(f"/replies/{reply.id}/done/").status_code == 403
    reply.refresh_from_db()
    assert (reply.done_at, Look.objects.count()) == (None, 0)


def test_an_old_proof_is_asked_for_again_before_reading(clinic, reply):
    member = make_member(clinic, "marketer")
    browser = browser_of(member)
    let_proof_grow_old(member)
    answer = browser.post(f"/replies/{reply.id}/read/")
    assert answer.status_code in {302, 403}
    assert Look.objects.count() == 0


def test_done_takes_it_off_the_list_and_back(as_, reply):
    officer = as_("compliance_officer", "Priya Officer")
    assert "Nobody has dealt with it" in page(officer.get(f"/replies/{reply.id}/"))
    officer.post(f"/replies/{reply.id}/done/")
    reply.refresh_from_db()
    assert reply.done_by_name == "Priya Officer"
    assert "No reply waits" in page(officer.get("/replies/"))
    assert "Priya Officer" in page(officer.get("/replies/?state=done"))
    officer.post(f"/replies/{reply.id}/waiting/")
    assert Reply.objects.get().done_at is None
    told = AuditEvent.objects.filter(action__startswith="reply.").order_by("id")
    assert [event.action for event in told] == ["reply.done", "reply.taken_up_again"]


def test_home_says_that_somebody_wrote_back(as_, reply):
    assert "1 reply waits for an answer" in page(as_("marketer").get("/"))


def test_another_clinics_reply_is_not_found(as_, reply, other_clinic):
    with tenant_scope(other_clinic.id):
        stranger = browser_of(make_member(other_clinic, "marketer"))
    assert stranger.get(f"/replies/{reply.id}/").status_code == 404
    assert stranger.post(f"/replies/{reply.id}/read/").status_code == 404


@pytest.mark.browser
def test_the_pages_stand(open_as, clinic, reply):
    marketer = make_member(clinic, "marketer")
    for path in ("/replies/", f"/replies/{reply.id}/", "/replies/?state=automatic"):
        assert_accessible(open_as(marketer, path))
    shown = open_as(marketer, f"/replies/{reply.id}/")
    shown.get_by_role("button", name="Read it").click()
    shown.get_by_text("I cannot come, my knee hurts.").wait_for()
    assert_accessible(shown)
