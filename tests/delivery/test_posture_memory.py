"""What the worker learns of a domain, and what it concludes at the next message."""

from datetime import timedelta

from audit.models import AuditEvent
from delivery.models import DomainPosture, Message, MessageEvent
from tenancy import clock
from tests import fakes
from tests.delivery.sending import due, send

Status = Message.Status


def test_a_domain_is_remembered_so_that_the_next_message_need_not_wait(clinic):
    first, transport = due("ada"), fakes.FakeTransport({"ada@x.example": fakes.NO_TLS})
    send(transport)
    with clock.at(clock.now() + timedelta(minutes=11)):
        second = due("ben")
        transport.outcomes["ben@x.example"] = fakes.NO_TLS
        send(transport)
    for message in (first, second):
        message.refresh_from_db()
        assert message.status == Status.ESCROWED
    assert (first.attempts, second.attempts) == (2, 1)


def test_a_domain_that_was_safe_yesterday_raises_an_alarm_and_holds(clinic):
    due("ada")
    send(fakes.FakeTransport())
    with clock.at(clock.now() + timedelta(days=1)):
        message = due("ben")
        send(fakes.FakeTransport({"ben@x.example": fakes.NO_TLS}))
        with clock.at(clock.now() + timedelta(minutes=30)):
            send(fakes.FakeTransport({"ben@x.example": fakes.NO_TLS}))
    message.refresh_from_db()
    assert message.status == Status.DEFERRED
    assert AuditEvent.objects.filter(action="delivery.downgrade_suspected").count() == 2


def test_what_the_domain_does_not_promise_waits_in_the_portal_without_an_alarm(clinic):
    due("ada")
    send(fakes.FakeTransport())
    message, transport = due("ben"), fakes.FakeTransport({"ben@x.example": fakes.NOT_PROMISED})
    send(transport)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.ESCROWED, "unsafe_transport")
    assert MessageEvent.objects.get(message=message).kind == "escrowed"
    assert not AuditEvent.objects.filter(action="delivery.downgrade_suspected").exists()
    posture = DomainPosture.objects.get()
    assert (posture.verified_at is None, posture.unsafe_since) == (False, None)
