"""A server that takes its time keeps nobody else waiting, and loses nothing by that."""

import threading
from datetime import timedelta

import pytest

from delivery import handover, journal, stragglers
from delivery.lanes import lane
from delivery.models import Message
from tenancy import clock
from tests.delivery.sending import due, send
from tests.fakes import FakeTransport

CLASS = Message.MailClass


class SlowTransport(FakeTransport):
    """Servers of domains that begin with "slow" answer when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()

    def send(self, envelope, announce):
        if envelope.domain.startswith("slow"):
            self.answers.wait(30)
        return super().send(envelope, announce)


@pytest.fixture
def transport(monkeypatch):
    monkeypatch.setattr(handover, "STUCK_SECONDS", 0.3)
    monkeypatch.setattr(lane, "HOLD_SECONDS", 1.0)
    transport = SlowTransport()
    yield transport
    transport.answers.set()
    stragglers.join()


def late(name: str, domain: str, **columns):
    return due(name, domain=domain, due_at=clock.now() - timedelta(hours=1), **columns)


def statuses() -> dict[str, int]:
    found = Message.objects.values_list("status", flat=True)
    return {status: list(found).count(status) for status in set(found)}


def test_the_next_turn_begins_while_the_last_server_of_this_one_takes_its_time(clinic, transport):
    late("ada", "slow.example")
    for number in range(5):
        late(f"p{number}", "good.example")
    assert send(transport) == 6
    assert statuses() == {"in_data": 1, "sent": 5}
    code = due("code", domain="good.example", mail_class=CLASS.CODE)
    assert send(transport, classes=Message.URGENT) == 1
    code.refresh_from_db()
    assert code.status == "sent"
    transport.answers.set()
    stragglers.join()
    assert statuses() == {"sent": 7}
    assert {len(letters) for letters in transport.handed_over.values()} == {1}
    assert journal.tokens() == []


def test_servers_that_hold_every_connection_let_the_rest_go_with_the_next_turn(clinic, transport):
    for number in range(30):
        late(f"s{number}", f"slow{number % 5}.example")
    for number in range(20):
        due(f"p{number}", domain="good.example")
    assert send(transport) == 50
    assert statuses() == {"in_data": 20, "queued": 30}
    assert set(Message.objects.filter(status="queued").values_list("attempts", flat=True)) == {0}
    assert send(transport) == 30
    good = {f"p{number}@good.example" for number in range(20)}
    assert good <= transport.handed_over.keys()
    transport.answers.set()
    stragglers.join()
    with clock.at(clock.now() + timedelta(hours=3)):  # what its full lanes put off
        send(transport)
    assert statuses() == {"sent": 50}
    assert {len(letters) for letters in transport.handed_over.values()} == {1}


def test_a_process_waits_for_a_few_at_most_and_then_each_turn_for_its_own(clinic, transport):
    for number in range(stragglers.MOST):
        late(f"s{number}", f"slow{number}.example")
        send(transport)
    assert not stragglers.has_room()
    last = late("last", "slow9.example")
    threading.Timer(1.0, transport.answers.set).start()
    send(transport)
    last.refresh_from_db()
    assert last.status == "sent"
