"""What becomes of a message whose bounce, complaint or answer was read."""

from datetime import timedelta

import pytest
from django.db import connection

from audit.models import AuditEvent
from compliance.models import Suppression
from contacts.models import Activity
from delivery.inbound import accepting, reading
from delivery.inbound.accepting import Arrival
from delivery.inbound.recipients import destination_of
from delivery.models import EscrowEvent, InboundMail, Message, MessageEvent, Reply
from tenancy import clock
from tests.delivery.inbound.conftest import reply_path, return_path
from tests.delivery.inbound.mails import complaint, plain, report
from tests.factories.campaigns import SENDER_DOMAIN
from tests.factories.delivery import make_item, make_message

FAILED = "Final-Recipient: rfc822; other@elsewhere.example", "Action: failed"
GONE = report(*FAILED, "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no ada here")


def arrives(to: str, content: bytes, mail_from: str = "") -> None:
    accepting.keep(Arrival(mail_from, ((to, destination_of(to, mail_from)),), content))


def bounce(message: Message, content: bytes = GONE) -> str:
    """The finding."""
    arrives(return_path(message), content)
    reading.read_waiting()
    return InboundMail.objects.latest("received_at").finding


def kinds(message: Message) -> list[str]:
    return list(MessageEvent.objects.filter(message=message).values_list("kind", flat=True))


def test_a_hard_bounce_is_told_and_its_address_suppressed(sent, ada):
    MessageEvent.objects.create(
        message=sent, kind="accepted", detail={"recipient": "ada@postbox.example", "level": "T2"}
    )
    assert bounce(sent) == "no_such_address"

    event = MessageEvent.objects.get(kind="bounced")
    assert event.detail == {
        "meaning": "no_such_address",
        "enhanced": "5.1.1",
        "reply": "550 5.1.1 no ada here",
        "recipient": "ada@postbox.example",
    }
    assert Activity.objects.get(contact=ada, kind="bounced").cause_id == sent.cause_id
    suppression = Suppression.objects.get()
    # The address that was written to, not one that the report names.
    assert suppression.address == "ada@postbox.example"
    assert (suppression.reason, suppression.source) == ("bounced", "delivery")
    told = AuditEvent.objects.get(action="messages.came_back")
    assert told.detail["counts"] == {"bounced": 1}
    assert "ada" not in str(told.detail)


@pytest.fixture
def sent_twice(sent) -> Message:
    """To an address of before, of which nobody knew whether it had taken it, and to the present one."""
    for kind, address in (("uncertain", "ada@old.example"), ("accepted", "ada@postbox.example")):
        MessageEvent.objects.create(message=sent, kind=kind, detail={"recipient": address})
    return sent


def test_a_bounce_of_one_of_two_addresses_suppresses_neither(sent_twice, ada):
    assert bounce(sent_twice) == "no_such_address"
    assert Suppression.objects.count() == 0
    assert "recipient" not in MessageEvent.objects.get(kind="bounced").detail
    assert Activity.objects.get(contact=ada).kind == "bounced"


def test_a_complaint_about_it_suppresses_both(sent_twice):
    arrives("abuse@bounce.localhost", complaint(return_path(sent_twice)), "fbl@operator.example")
    reading.read_waiting()
    suppressed = {one.address for one in Suppression.objects.all()}
    assert suppressed == {"ada@old.example", "ada@postbox.example"}


def test_two_reports_of_one_message_count_once(sent):
    bounce(sent)
    assert bounce(sent, GONE + b"\r\n") == "no_such_address"
    assert reading.read_waiting() == 0
    assert kinds(sent) == ["bounced"]
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "finding"),
    [("5.7.1", "sender_refused"), ("5.3.4", "content_refused"), ("4.2.2", "mailbox_full"), ("5.4.6", "refused")],
)  # fmt: skip
def test_our_own_trouble_suppresses_nobody(sent, status, finding):
    assert bounce(sent, report(*FAILED, f"Status: {status}")) == finding
    assert kinds(sent) == ["bounced"]
    assert Suppression.objects.count() == 0


def test_a_delay_is_no_bounce(sent):
    assert bounce(sent, report("Action: delayed", "Status: 4.4.1")) == "delayed"
    assert kinds(sent) == []
    assert (Activity.objects.count(), Suppression.objects.count()) == (0, 0)


def soft_bounces(contact, *days: int) -> None:
    for day in days:
        with clock.at(clock.now() + timedelta(days=day)):
            message = make_message(contact, status="sent", route="tls")
            assert bounce(message, report(*FAILED, "Status: 4.2.2", f"X-Day: {day}"))


def test_a_mailbox_that_stays_full_for_a_week_is_suppressed(ada):
    soft_bounces(ada, 0, 3, 6)
    assert Suppression.objects.count() == 0
    soft_bounces(ada, 8)
    assert Suppression.objects.get().reason == "bounced"


def test_a_sign_of_life_forgets_what_was_before(ada):
    soft_bounces(ada, 0, 3)
    with clock.at(clock.now() + timedelta(days=4)):
        Activity.objects.create(contact=ada, kind="clicked", cause="campaign")
    soft_bounces(ada, 8, 9)
    assert Suppression.objects.count() == 0


def test_a_complaint_suppresses_at_once_also_when_the_address_is_hidden(sent, ada):
    arrives("abuse@bounce.localhost", complaint(return_path(sent)), "fbl@operator.example")
    assert reading.read_waiting() == 1
    assert kinds(sent) == ["complained"]
    assert Suppression.objects.get().address == "ada@postbox.example"
    assert Suppression.objects.get().reason == "complained"
    assert Activity.objects.get().kind == "complained"


def test_a_report_of_good_mail_suppresses_nobody(sent):
    arrives("abuse@bounce.localhost", complaint(return_path(sent), "not-spam"), "fbl@x.example")
    assert reading.read_waiting() == 1
    assert (kinds(sent), Suppression.objects.count()) == ([], 0)


def test_a_reply_is_kept_and_told(sent, ada):
    content = plain("I cannot come on Monday.", subject="Re: Visit", sender="ada@postbox.example")
    arrives(reply_path(sent), content, "ada@postbox.example")
    reading.read_waiting()
    reply = Reply.objects.get()
    assert (reply.kind, reply.message_id) == ("written", sent.id)
    assert (reply.subject, reply.text) == ("Re: Visit", "I cannot come on Monday.")
    assert kinds(sent) == ["replied"]
    assert Activity.objects.get(contact=ada).kind == "replied"


def test_a_reply_that_shows_us_a_bounce_is_a_reply(sent):
    shown = GONE.replace(b"Auto-Submitted: auto-replied\r\n", b"")
    arrives(reply_path(sent), shown, "ada@postbox.example")
    reading.read_waiting()
    assert Reply.objects.get().text.startswith("I am sorry. Your message was not delivered.")
    assert (kinds(sent), Suppression.objects.count()) == (["replied"], 0)


def test_a_server_may_send_its_bounce_to_the_reply_address(sent):
    arrives(reply_path(sent), GONE, "MAILER-DAEMON@x.example")
    reading.read_waiting()
    assert kinds(sent) == ["bounced"]
    assert Suppression.objects.get().reason == "bounced"


def test_an_automatic_answer_is_no_sign_of_the_person(sent):
    arrives(reply_path(sent), plain("Back on Monday.", subject="Out of office"), "ada@x.example")
    reading.read_waiting()
    assert Reply.objects.get().kind == "automatic"
    assert (kinds(sent), Activity.objects.count()) == ([], 0)


def test_a_complaint_to_the_clinics_postmaster_counts_as_one(sent):
    """Where no list of complaint addresses names us, operators write to the postmaster (RFC 2142)."""
    arrives(f"postmaster@bounce.{SENDER_DOMAIN}", complaint(return_path(sent)), "fbl@x.example")
    assert reading.read_waiting() == 1
    assert kinds(sent) == ["complained"]
    assert Suppression.objects.get().reason == "complained"
    assert Reply.objects.count() == 0


def test_a_letter_to_the_postmaster_that_shows_a_message_of_ours_is_no_answer_of_the_person(sent):
    content = plain(f"Return-Path: <{return_path(sent)}>", subject="What is this?")
    arrives(f"postmaster@bounce.{SENDER_DOMAIN}", content, "eve@x.example")
    reading.read_waiting()
    assert (Reply.objects.get().kind, Reply.objects.get().message_id) == ("addressed", None)
    assert (kinds(sent), Activity.objects.count(), Suppression.objects.count()) == ([], 0, 0)


def test_mail_to_the_postmaster_waits_for_somebody(sent):
    arrives(f"postmaster@bounce.{SENDER_DOMAIN}", plain("Your server is odd."), "eve@x.example")
    reading.read_waiting()
    reply = Reply.objects.get()
    assert (reply.kind, reply.message_id) == ("addressed", None)


def test_a_notice_that_bounces_is_one_that_did_not_arrive(sent, ada):
    item = make_item(ada)
    bounce(Message.objects.get(cause="notice", cause_id=item.id))
    assert EscrowEvent.objects.get(item=item, kind="notice_failed")


def test_a_test_send_says_nothing_about_the_person_whom_it_shows(ada):
    test = make_message(ada, cause="test", status="sent", route="tls")
    bounce(test)
    assert kinds(test) == ["bounced"]
    assert (Activity.objects.count(), Suppression.objects.count()) == (0, 0)


def test_what_cannot_be_read_holds_up_no_other_and_is_given_up(sent, ada, caplog):
    other = make_message(ada, status="sent", route="tls")
    arrives(return_path(sent), GONE)
    arrives(return_path(other), GONE)
    damaged = InboundMail.objects.get(message=sent)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_inboundmail SET content = mail_from WHERE id = %s", [damaged.pk]
        )
    assert [reading.read_waiting() for _ in range(4)] == [1, 0, 0, 0]
    told = InboundMail.objects.values_list("finding", "attempts").get(pk=damaged.pk)
    assert told == ("unreadable", 3)
    assert InboundMail.objects.get(message=other).finding == "no_such_address"
    assert (kinds(sent), kinds(other)) == ([], ["bounced"])
    assert [record.message for record in caplog.records] == [
        f"a mail could not be read: id={damaged.pk}"
    ] * 3
