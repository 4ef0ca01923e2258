"""The portal's own mails leave under the name of a sender that may send, or wait for one."""

from datetime import timedelta

import pytest

from compliance.models import SenderDomain
from delivery.models import EscrowItem, Message
from tenancy import clock
from tests.delivery.conftest import PEM
from tests.delivery.test_campaign_sending import send
from tests.factories.campaigns import SENDER_DOMAIN, sender
from tests.factories.compliance import sign_with
from tests.factories.delivery import make_item
from tests.fakes import FakeTransport


def proven_sender() -> SenderDomain:
    domain = sender().domain
    sign_with(domain, PEM)
    return domain


def test_a_notice_leaves_under_the_domain_of_its_message(ada):
    assert proven_sender().domain == SENDER_DOMAIN
    item = make_item(ada)
    transport = FakeTransport()
    assert send(transport) == 1
    (letter,) = transport.handed_over["ada@postbox.example"]
    assert b"From: Elm Street Clinic <care@mail.elm.example>" in letter
    assert Message.objects.get(cause="notice").status == "sent"
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is None


@pytest.mark.parametrize("has_sender", [False, True])
def test_without_a_domain_that_may_send_a_notice_waits_with_its_key(ada, has_sender):
    if has_sender:
        proven_sender()
        SenderDomain.objects.update(verified_at=None)
    item = make_item(ada)
    transport = FakeTransport()
    assert send(transport) == 1
    notice = Message.objects.get(cause="notice")
    assert (notice.status, notice.reason, notice.attempts) == ("queued", "sender_not_proven", 0)
    assert notice.due_at > clock.now() + timedelta(minutes=14)
    assert transport.handed_over == {}
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is not None


def test_a_notice_that_waited_leaves_once_the_domain_is_proven(ada):
    make_item(ada)
    transport = FakeTransport()
    send(transport)
    proven_sender()
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert send(transport) == 1
    assert Message.objects.get(cause="notice").status == "sent"
