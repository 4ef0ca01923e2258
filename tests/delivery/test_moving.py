"""Staff move a message that waits for another try to the portal, and nothing else."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from campaigns.binding import hash_of
from campaigns.models import Approval, Campaign
from campaigns.queries import approvals
from campaigns.services import sending
from contacts import services as contacts
from delivery import moving
from delivery.models import EscrowItem, Message, MessageEvent
from delivery.services import closing
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.reports.reading import page
from tests.delivery.sending import due, freeze
from tests.delivery.test_campaign_sending import deferred, send
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import PAPER, make_contact
from tests.factories.delivery import make_message
from tests.fakes import NO_TLS, FakeTransport


def assert_untouched(message: Message) -> None:
    before = (message.status, message.due_at, message.lease_token)
    message.refresh_from_db()
    assert (message.status, message.due_at, message.lease_token) == before
    assert not EscrowItem.objects.exists()
    assert not AuditEvent.objects.filter(action="message.moved_to_portal").exists()


def test_it_is_sealed_a_notice_leaves_and_no_further_try_is_made(campaign):
    message = deferred()
    moving.move_to_portal(message, actor=MARKETER)
    message.refresh_from_db()
    assert (message.status, message.route, message.reason) == ("escrowed", "portal", "staff_choice")
    assert message.attempts == 1
    item = EscrowItem.objects.get(message=message)
    assert item.reason == "staff_choice"
    told = MessageEvent.objects.filter(message=message).order_by("id")
    assert [event.kind for event in told] == ["deferred", "escrowed"]
    event = AuditEvent.objects.get(action="message.moved_to_portal")
    assert (event.object_id, event.actor_id) == (str(message.id), MARKETER.id)
    transport = FakeTransport()
    with clock.at(message.due_at):
        assert send(transport) == 1
        closing.close_over()
    (letter,) = transport.handed_over["ada@harbourmail.example"]
    assert b"Auto-Submitted: auto-generated" in letter
    assert Message.objects.get(cause="notice").status == "sent"
    assert Campaign.objects.get().status == "sent"


def test_what_no_safe_way_led_to_is_moved_for_that_reason(campaign):
    make_contact()
    freeze()
    send(FakeTransport({"ada@harbourmail.example": NO_TLS}))
    moving.move_to_portal(Message.objects.get(), actor=MARKETER)
    assert EscrowItem.objects.get().reason == "unsafe_transport"


def test_it_is_moved_once(campaign):
    message = deferred()
    moving.move_to_portal(message, actor=MARKETER)
    with pytest.raises(moving.MessageNotMovable, match="does not wait for another try any more"):
        moving.move_to_portal(message, actor=MARKETER)
    assert EscrowItem.objects.count() == 1
    assert AuditEvent.objects.filter(action="message.moved_to_portal").count() == 1


@pytest.mark.parametrize("columns", [{}, {"cause": "notice"}, {"cause": "test"}])
def test_only_what_waits_for_another_try_and_can_be_read_there(clinic, columns):
    message = due("ada", **columns)
    if columns:
        Message.objects.update(status="deferred")
        message.refresh_from_db()
    with pytest.raises(moving.MessageNotMovable):
        moving.move_to_portal(message, actor=MARKETER)
    assert_untouched(message)


@pytest.mark.parametrize("stop", [sending.pause, sending.cancel])
def test_nothing_of_a_stopped_campaign_is_moved(campaign, stop):
    message = deferred()
    stop(Campaign.objects.get(), actor=MARKETER)
    with pytest.raises(moving.MessageNotMovable, match="paused or canceled"):
        moving.move_to_portal(message, actor=MARKETER)
    assert_untouched(message)


def test_the_gate_is_asked_again(campaign, nurse):
    message = deferred()
    contacts.stop_everything(message.contact, evidence=PAPER, actor=nurse)
    with pytest.raises(moving.MessageNotMovable, match="as things stand"):
        moving.move_to_portal(message, actor=MARKETER)
    assert_untouched(message)


def test_an_author_may_choose_the_portal_for_everybody(campaign):
    Campaign.objects.update(protection="portal")
    Approval.objects.update(content_hash=rebound())
    make_contact()
    freeze()
    transport = FakeTransport()
    send(transport)
    assert EscrowItem.objects.get().reason == "author_choice"
    assert transport.handed_over == {}


def test_the_page_of_a_message_that_waits_says_when_and_offers_the_portal(campaign, clinic):
    message = deferred()
    marketer, officer = (
        browser_of(make_member(clinic, role, name))
        for role, name in (("marketer", "Dana Whitlow"), ("compliance_officer", "Priya Castellane"))
    )
    url = f"/messages/{message.id}/"
    shown = marketer.get(url)
    assert "Will be tried again The server asked us to come back later. Next try" in page(shown)
    assert message.due_at.isoformat() in shown.content.decode()
    assert "This cannot be undone." in page(shown)
    read_only = page(officer.get(url))
    assert "Next try" in read_only
    assert "Move to the portal" not in read_only
    assert officer.post(f"{url}move/").status_code == 403
    assert_untouched(message)
    assert marketer.post(f"{url}move/").headers["Location"] == url
    shown = page(marketer.get(url))
    assert "It is in the secure portal, and a notice is on its way." in shown
    assert "Staff moved it there instead of further tries." in shown
    assert "Next try" not in shown
    assert "Move to the portal" not in shown
    marketer.post(f"{url}move/")
    assert "does not wait for another try any more" in page(marketer.get(url))


def test_a_stopped_campaign_promises_no_next_try(campaign, clinic):
    message = deferred()
    sending.pause(Campaign.objects.get(), actor=MARKETER)
    shown = page(browser_of(make_member(clinic)).get(f"/messages/{message.id}/"))
    assert "Nothing of it leaves while its campaign is paused or canceled." in shown
    assert "Next try" not in shown
    assert "Move to the portal" not in shown


def test_what_the_gate_holds_is_looked_at_again(clinic):
    later = clock.now() + timedelta(hours=3)
    waits = {"status": "queued", "settled_at": None, "route": ""}
    held = make_message(make_contact(), due_at=later, reason="sender_not_proven", **waits)
    shown = page(browser_of(make_member(clinic)).get(f"/messages/{held.id}/"))
    assert "Held for now The records of the sender domain are not in place" in shown
    assert "Looked at again" in shown
    assert "Move to the portal" not in shown


def rebound() -> str:
    """The hash of the one campaign as it is now."""
    return hash_of(approvals.document(Campaign.objects.get()))
