"""RFC 2369: a mail to the address in List-Unsubscribe stops its kind of mail, and nothing else does."""

import smtplib
from urllib.parse import unquote, urlsplit

import pytest

from contacts.models import ConsentRecord, Contact
from delivery import unsubscribe
from delivery.inbound import reading, tokens
from delivery.inbound.tokens import Way
from delivery.models import InboundMail, Message, MessageEvent, Reply
from tenancy.scope import tenant_scope
from tests.delivery.test_one_click import letter_of, ways_of
from tests.factories.campaigns import SENDER_DOMAIN
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message

EMPTY = b"From: ada@harbourmail.example\r\nSubject: unsubscribe\r\n\r\n"
# As mail operators write for people who press their button.
OF_A_PROGRAM = b"Subject: unsubscribe\r\nAuto-Submitted: auto-generated\r\nPrecedence: bulk\r\n\r\n"


def write(port: int, to: str, content: bytes = EMPTY, sender: str = "ada@harbourmail.example"):
    """The answer that ended it."""
    with smtplib.SMTP("127.0.0.1", port, "mx.harbourmail.example", timeout=5) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(sender)
        code, words = client.rcpt(to)
        if code == 250:
            code, words = client.data(content)
        return code, words.decode()


def address_of(message: Message) -> str:
    key = tokens.key_of(Way.UNSUBSCRIBE)
    return tokens.address(Way.UNSUBSCRIBE, message.id, SENDER_DOMAIN, key)


def consents() -> dict[str, str]:
    return Contact.objects.get().consents


@pytest.fixture
def of_marketing(sent: Message) -> Message:
    Message.objects.filter(pk=sent.pk).update(cause_id=make_campaign(purpose="marketing").id)
    return sent


@pytest.mark.parametrize(
    ("content", "sender"),
    [(EMPTY, "ada@harbourmail.example"), (OF_A_PROGRAM, "unsubscribe@harbourmail.example")],
)
def test_a_mail_to_the_address_in_the_header_stops_that_kind_of_mail(port, clinic, content, sender):
    _, mail_to = ways_of(letter_of("operations"))
    message = Message.objects.get()
    to = unquote(urlsplit(mail_to).path)
    assert consents() == {"operations": "granted"}

    assert write(port, to, content, sender) == (250, "2.0.0 Kept")
    assert reading.read_waiting() == 1

    assert consents() == {"operations": "withdrawn"}
    mail = InboundMail.objects.get()
    assert (mail.mailbox, mail.message_id, mail.finding) == ("stop", message.id, "unsubscribed")
    told = ConsentRecord.objects.latest("recorded_at")
    assert (told.purpose, told.state) == ("operations", "withdrawn")
    assert told.evidence["source"] == "Mail to the unsubscribe address of a message"
    assert MessageEvent.objects.get(kind="unsubscribed").message_id == message.id
    # It is a wish, and no letter that somebody has to answer.
    assert Reply.objects.count() == 0


def test_only_its_own_kind_stops_and_what_waits_of_it_does_not_go(port, of_marketing, ada):
    waits = {"status": "queued", "route": "", "settled_at": None}
    of_the_kind = make_message(ada, cause_id=make_campaign(purpose="marketing").id, **waits)
    about_care = make_message(ada, cause_id=make_campaign(purpose="treatment").id, **waits)
    write(port, address_of(of_marketing))
    reading.read_waiting()
    assert set(consents()) == {"marketing", "remunerated", "fundraising"}
    of_the_kind.refresh_from_db()
    about_care.refresh_from_db()
    assert (of_the_kind.status, of_the_kind.reason) == ("canceled", "unsubscribed")
    assert about_care.status == "queued"


def test_who_writes_twice_is_recorded_once(port, of_marketing):
    for content in (EMPTY, EMPTY, OF_A_PROGRAM):
        assert write(port, address_of(of_marketing), content)[0] == 250
    assert reading.read_waiting() == 2
    assert list(InboundMail.objects.values_list("finding", flat=True)) == ["unsubscribed"] * 2
    assert list(MessageEvent.objects.values_list("kind", flat=True)) == ["unsubscribed"]
    assert ConsentRecord.objects.count() == 3


def altered(address: str) -> str:
    return address.replace(address[34], "a" if address[34] != "a" else "b", 1)


@pytest.mark.parametrize(
    "made_up",
    [
        lambda sent: altered(address_of(sent)),
        # The proof of another of its addresses, which every recipient can read.
        lambda sent: tokens.reply_address(sent.id, SENDER_DOMAIN).replace("r+", "u+"),
        lambda _: f"u+{unsubscribe.signer().token(_.id)}@bounce.{SENDER_DOMAIN}",
        lambda _: f"u+@bounce.{SENDER_DOMAIN}",
    ],
)
def test_an_address_that_is_made_up_stops_nothing(port, of_marketing, made_up):
    assert write(port, made_up(of_marketing)) == (550, "5.1.1 No such address")
    assert InboundMail.objects.count() == 0
    assert reading.read_waiting() == 0
    assert consents() == {}
    assert write(port, address_of(of_marketing).upper())[0] == 250


def test_another_clinics_proof_stops_nothing_here(port, of_marketing, other_clinic):
    with tenant_scope(other_clinic.id):
        theirs = address_of(of_marketing)
    assert theirs != address_of(of_marketing)
    assert write(port, theirs) == (550, "5.1.1 No such address")
    assert (InboundMail.objects.count(), consents()) == (0, {})


def test_a_message_of_no_kind_stops_nothing(port, sent, ada):
    make_item(ada)
    notice = Message.objects.get(cause="notice")
    assert write(port, address_of(notice))[0] == 250
    assert reading.read_waiting() == 1
    assert InboundMail.objects.get().finding == "of_nothing"
    assert consents() == {}
    assert not MessageEvent.objects.filter(kind="unsubscribed").exists()


def test_it_does_not_stop_the_mail_of_somebody_else_with_the_mailbox(port, of_marketing, ada):
    ben = make_contact(external_id="EV-2", email="ada@postbox.example", given_name="Ben")
    write(port, address_of(of_marketing))
    reading.read_waiting()
    ada.refresh_from_db()
    ben.refresh_from_db()
    assert ada.consents["marketing"] == "withdrawn"
    assert ben.consents == {}
