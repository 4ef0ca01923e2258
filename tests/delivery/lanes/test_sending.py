"""Lanes with a worker and real listeners: what is full, slow or dead holds up nobody else."""

import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from delivery.lanes import states
from delivery.lanes.operators import lane_of
from delivery.models import Message, MessageEvent
from delivery.wire import dial
from delivery.wire.dial import Dialer
from delivery.wire.door import Outcome, Result
from delivery.wire.reply import Reply
from delivery.wire.session import Stage
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tenancy import clock
from tests import fakes
from tests.delivery.conftest import IMPATIENT
from tests.delivery.sending import due, send
from tests.smtp_server import FaultServer

Status = Message.Status
HOSTS = {"good.example": "127.0.0.1", "dead.example": "127.0.0.2"}


@contextmanager
def silent(address: str, port: int):
    """Takes connections and never says a word."""
    with socket.create_server((address, port), backlog=128) as listener:
        yield listener


@contextmanager
def good_and_dead(certificates):
    """A transport to a server that works and one that does not."""
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer(certificates.valid("mx.good.example")).serving())
        stack.enter_context(silent(HOSTS["dead.example"], server.port))
        dns = fakes.FakeDns(
            {domain: [(10, f"mx.{domain}")] for domain in HOSTS},
            {f"mx.{domain}": [address] for domain, address in HOSTS.items()},
        )
        contexts = Contexts.load(certificates.ca_file)
        dialer = Dialer("out.example", contexts, IMPATIENT, port=server.port)
        yield server, SmtpTransport(dns, dialer, allow_loopback=True)


def lane(transport, domain: str) -> states.State:
    name = f"{transport.sends_as}/{lane_of(f'mx.{domain}')}"
    return dict(states.known())[name]


def test_a_dead_host_holds_up_no_other_and_what_waits_for_it_is_no_try(clinic, certificates):
    for number in range(60):
        due(f"d{number}", domain="dead.example", cause_id=clinic.id)
    for number in range(40):
        due(f"g{number}", domain="good.example", cause_id=clinic.id)
    with good_and_dead(certificates) as (server, transport):
        began = time.monotonic()
        assert send(transport) == 100
        took = time.monotonic() - began
    assert len(server.stored) == Message.objects.filter(status=Status.SENT).count() == 40
    tried = Message.objects.filter(status=Status.DEFERRED)
    put_off = Message.objects.filter(status=Status.QUEUED)
    assert (tried.count() + put_off.count(), tried.count() <= 10) == (60, True)
    assert set(put_off.values_list("attempts", "first_tried_at", "reason")) == {
        (0, None, "operator_busy")
    }
    assert put_off.filter(due_at__lte=clock.now()).count() == 0
    assert not MessageEvent.objects.filter(message__in=put_off).exists()
    assert lane(transport, "dead.example").rests_until > clock.now().timestamp() + 30
    assert took < 8  # 60 times a half second of patience would be 30


def test_a_server_that_asks_for_less_gets_less(clinic, certificates):
    for number in range(12):
        due(f"a{number}+busy", domain="good.example", cause_id=clinic.id)
    with good_and_dead(certificates) as (server, transport):
        server.mode = "busy"
        send(transport)
    state = lane(transport, "good.example")
    assert (state.limit, state.throttled >= 5) == (2, True)
    assert state.rests_until > clock.now().timestamp()
    assert server.stored == []


class Slow(fakes.FakeTransport):
    """Counts how many are with one host at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.most = 0, 0

    def send(self, envelope, announce):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.02)
        outcome = super().send(envelope, announce)
        self.inside -= 1
        return outcome


def test_domains_of_one_operator_share_its_connections(clinic):
    class OneOperator(Slow):
        def lanes(self, domains):
            return dict.fromkeys(domains, "google")

    for number in range(30):
        due(f"p{number}", domain=f"d{number}.example", cause_id=clinic.id)
    transport = OneOperator()
    send(transport)
    assert transport.most == 5
    assert Message.objects.filter(status=Status.SENT).count() == 30


SOME = 15
REFUSED_BY_SENDER = Outcome(Result.REFUSED, Stage.MAIL, Reply(550, "5.7.26", "not from you"), "mx")
THROTTLED = Outcome(Result.REFUSED, Stage.MAIL, Reply(421, "4.7.0", "too fast"), "mx")
NOBODY = Outcome(Result.REFUSED, Stage.CONNECT, dial.UNREACHABLE, "mx")


@pytest.mark.parametrize(
    ("outcome", "rests", "limit"),
    [
        (REFUSED_BY_SENDER, False, 5),
        (fakes.UNKNOWN_USER, False, 5),
        (fakes.GREYLISTED, False, 5),
        (fakes.NO_TLS, False, 5),
        (THROTTLED, True, 2),
        (NOBODY, True, 5),
    ],
)
def test_only_what_concerns_everybody_makes_a_lane_rest(clinic, outcome, rests, limit):
    names = [f"p{number}" for number in range(SOME)]
    for name in names:
        due(name, domain="good.example", cause_id=clinic.id)
    transport = fakes.FakeTransport({f"{name}@good.example": outcome for name in names})
    send(transport)
    state = dict(states.known())[f"{transport.sends_as}/{lane_of('good.example')}"]
    assert (state.rests_until > 0, state.limit) == (rests, limit)
    put_off = Message.objects.filter(reason="operator_busy").count()
    assert (put_off > 0) == rests


def test_what_was_put_off_goes_when_its_lane_is_open_again(clinic):
    for number in range(20):
        due(f"p{number}", domain="good.example", cause_id=clinic.id)
    transport = fakes.FakeTransport({f"p{n}@good.example": NOBODY for n in range(20)})
    send(transport)
    assert transport.handed_over == {}
    transport.outcomes.clear()
    for _ in range(20):
        waiting = Message.objects.filter(status__in=Message.DUE).order_by("-due_at")
        if not waiting:
            break
        with clock.at(waiting[0].due_at):
            send(transport)
    assert len(transport.handed_over) == 20
    assert {len(letters) for letters in transport.handed_over.values()} == {1}
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}


def test_a_domain_that_names_a_large_operator_beside_its_own_host_slows_nobody_down(clinic):
    """Its own host answers for the operator whose lane the mail took, as no host of that one did."""

    class Pretender(fakes.FakeTransport):
        def lanes(self, domains):
            return dict.fromkeys(domains, "google")

    for number in range(SOME):
        due(f"p{number}", domain="evil.example", cause_id=clinic.id)
    own = replace(THROTTLED, host="mx.evil.example")
    transport = Pretender({f"p{number}@evil.example": own for number in range(SOME)})
    send(transport)
    untouched = dict(states.known())[f"{transport.sends_as}/google"]
    assert (untouched.limit, untouched.throttled, untouched.rests_until) == (5, 0, 0)
    for number in range(SOME):
        due(f"q{number}", domain="evil.example", cause_id=clinic.id)
    theirs = replace(THROTTLED, host="smtp.google.com")
    transport.outcomes = {f"q{number}@evil.example": theirs for number in range(SOME)}
    send(transport)
    slowed = dict(states.known())[f"{transport.sends_as}/google"]
    assert (slowed.limit, slowed.rests_until > 0) == (2, True)
