"""A fault of ours in the midst of a conversation: no message is told as failed that may have arrived."""

from datetime import timedelta

import pytest

from delivery.services import recovery
from tenancy import clock
from tests import fakes
from tests.delivery.sending import due, send


class BrokenAfterTheDot(fakes.FakeTransport):
    def send(self, envelope, announce):
        super().send(envelope, announce)
        raise ValueError("odd")


class BrokenBefore(fakes.FakeTransport):
    def send(self, envelope, announce):
        raise ValueError("odd")


def test_what_was_announced_is_told_as_uncertain_and_not_as_failed(clinic):
    message, transport = due("ada", mail_class="bulk"), BrokenAfterTheDot()
    with pytest.raises(ValueError, match="odd"):
        send(transport)
    message.refresh_from_db()
    assert (len(transport.handed_over), message.status) == (1, "in_data")
    with clock.at(message.lease_expires_at + timedelta(seconds=1)):
        recovery.recover_expired()
    message.refresh_from_db()
    assert (message.status, message.reason) == ("uncertain", "no_answer")


def test_what_was_not_is_tried_again(clinic):
    message = due("ada")
    with pytest.raises(ValueError, match="odd"):
        send(BrokenBefore())
    message.refresh_from_db()
    with clock.at(message.lease_expires_at + timedelta(seconds=1)):
        recovery.recover_expired()
        assert send(transport := fakes.FakeTransport()) == 1
    assert len(transport.handed_over) == 1
