"""Bounces that real servers wrote, from our message to what is recorded of it."""

import ssl

import pytest

from compliance.models import Suppression
from delivery.inbound.reading import read_waiting
from delivery.models import InboundMail, Message, MessageEvent
from dev.mailbench.postures import RETURNS
from tests.delivery.inbound import smtpd
from tests.factories.contacts import make_contact
from tests.servers.sending import send_until, transport
from tests.waiting import until

pytestmark = [pytest.mark.bench_servers, pytest.mark.prove]

# Recipient → what came back is taken for, and the status that the server gave.
CAME_BACK = {
    "gone@behind.example": ("no_such_address", "5.1.1"),
    "quota@behind.example": ("mailbox_full", "5.2.2"),
    "policy@behind.example": ("sender_refused", "5.7.1"),
    "busy@behind.example": ("try_later", "4.3.2"),
    "late@expiring.example": ("greylisted", "4.7.1"),
    "lost@exim.example": ("refused", "5.0.0"),  # taken with 250 first
}


@pytest.fixture
def returns(bench):
    """Our own listener, where the clinic's bounce domain leads."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bench.folder / "tls" / "imap.pem")
    with bench.also("relay", "exim"), smtpd.running(context, bind=RETURNS, port=25):
        yield


def test_what_postfix_and_exim_give_back_is_understood(bench, campaign, returns):
    for address in CAME_BACK:
        make_contact(email=address)
    send_until(0, transport(bench))
    messages = Message.objects.filter(cause="campaign").select_related("contact")
    assert {message.status for message in messages} == {"sent"}
    until(lambda: InboundMail.objects.count() >= len(CAME_BACK))
    assert read_waiting() == len(CAME_BACK)
    events = MessageEvent.objects.filter(message__cause="campaign", kind="bounced")
    found = {
        event.detail["recipient"]: (event.detail["meaning"], event.detail["enhanced"])
        for event in events
    }
    assert found == CAME_BACK
    # Of all these only the address that does not exist may never be written to again.
    assert [row.address for row in Suppression.objects.all()] == ["gone@behind.example"]
