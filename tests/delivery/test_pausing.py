"""Pause, resume and cancel in the middle of a campaign: the numbers are true, and each message goes once."""

import threading

import pytest

from campaigns.models import Campaign
from campaigns.services import sending
from delivery import worker
from delivery.models import Message
from delivery.queries import due
from delivery.services import closing
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.reports.reading import page
from tests.delivery.sending import Drafter, freeze
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport

PEOPLE, FIRST, MOST = 40, 10, 20


class WaitingTransport(FakeTransport):
    """Its servers take no more than some before the worker has heard what happened to the campaign."""

    def __init__(self) -> None:
        super().__init__()
        self.is_heard = threading.Event()

    def send(self, envelope, announce):
        if len(self.handed_over) >= MOST:
            self.is_heard.wait(30)
        return super().send(envelope, announce)


@pytest.fixture
def transport() -> WaitingTransport:
    return WaitingTransport()


@pytest.fixture
def frozen(campaign) -> Campaign:
    for number in range(PEOPLE):
        make_contact(email=f"p{number}@postbox.example")
    freeze()
    return campaign


def send_until(transport, act) -> None:
    """A chunk; `act` happens to the campaign once ten of it have left."""
    done = False

    def stopped():
        nonlocal done
        if done:
            transport.is_heard.set()
        elif len(transport.handed_over) >= FIRST:
            done = True
            act(Campaign.objects.get(), actor=MARKETER)
        return due.stopped_campaigns()

    drafters = dict.fromkeys(Message.Cause.values, Drafter())
    worker.send_due(transport, drafters, stopped=stopped)


def send(transport) -> int:
    drafters = dict.fromkeys(Message.Cause.values, Drafter())
    return worker.send_due(transport, drafters, stopped=due.stopped_campaigns)


def said(clinic, campaign) -> str:
    marketer = browser_of(make_member(clinic, "marketer"))
    return page(marketer.get(f"/campaigns/{campaign.pk}/progress/"))


def test_each_message_goes_once_when_a_pause_in_the_midst_is_over(clinic, frozen, transport):
    send_until(transport, sending.pause)
    left = len(transport.handed_over)
    assert FIRST <= left < PEOPLE
    assert Message.objects.filter(status="queued", attempts=0).count() == PEOPLE - left
    shown = said(clinic, frozen)
    assert f"{left} left before the pause. {PEOPLE - left} wait until somebody resumes" in shown
    assert send(transport) == 0

    sending.resume(Campaign.objects.get(), actor=MARKETER)
    assert send(transport) == PEOPLE - left
    assert {len(letters) for letters in transport.handed_over.values()} == {1}
    assert len(transport.handed_over) == PEOPLE
    assert Message.objects.filter(status="sent").count() == PEOPLE


def test_a_cancel_in_the_midst_says_what_left_and_what_will_not_go(clinic, frozen, transport):
    send_until(transport, sending.cancel)
    left = len(transport.handed_over)
    words = f"{left} left and cannot be called back. {PEOPLE - left} will not go."
    assert words in said(clinic, frozen)
    closing.close_over()
    assert words in said(clinic, frozen)
    assert Message.objects.filter(status="canceled").count() == PEOPLE - left
    assert len(transport.handed_over) == left
