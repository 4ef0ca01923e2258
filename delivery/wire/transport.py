"""The transport door: an envelope goes in, everything that is known about it afterwards comes out."""

import time
from dataclasses import dataclass, field, replace
from typing import Protocol

from delivery.wire.dial import UNREACHABLE, Dialer, HostUnusable
from delivery.wire.dns import Dns, DnsUnavailable
from delivery.wire.door import LOST, Announce, Envelope, HostFailure, Outcome, Result, hand_over
from delivery.wire.hosts import DomainTakesNoMail, Host, NoUsableHost, hosts_for
from delivery.wire.pool import Pool
from delivery.wire.reply import Finding
from delivery.wire.session import Answer, Session, Stage
from delivery.wire.tls import TlsUnavailable

# A host that could not be connected to is not asked again for every message that waits for it.
REST_SECONDS = 60
HOSTS_TRIED = 5  # RFC 5321 5.1 asks for at least two; a try must end

RESTING = Finding(451, "4.4.1", "The mail server did not answer a moment ago.")
NO_DNS = Finding(451, "4.4.3", "The name system gave no answer.")
NO_HOST = Finding(451, "4.4.4", "None of the domain's mail servers can be used.")


class Transport(Protocol):
    """What the worker needs of the wire."""

    def send(self, envelope: Envelope, announce: Announce) -> Outcome:
        """Try once, over all hosts of the recipient's domain. Never raises for what a network does."""


@dataclass(frozen=True)
class SmtpTransport:
    """Straight to the recipient's mail servers."""

    dns: Dns
    dialer: Dialer
    allow_loopback: bool = False
    pool: Pool = field(default_factory=Pool)
    # Place → when it may be tried again. Shared by threads: a lost update costs one more try.
    resting: dict[tuple[str, str], float] = field(default_factory=dict)

    def send(self, envelope: Envelope, announce: Announce) -> Outcome:
        """Try once, over all hosts of the recipient's domain. Never raises for what a network does."""
        try:
            hosts = hosts_for(envelope.domain, self.dns, allow_loopback=self.allow_loopback)
        except DomainTakesNoMail as refusal:
            return Outcome(Result.REFUSED, Stage.DNS, Finding(556, refusal.status, str(refusal)))
        except NoUsableHost:
            return Outcome(Result.REFUSED, Stage.DNS, NO_HOST)
        except DnsUnavailable:
            return Outcome(Result.REFUSED, Stage.DNS, NO_DNS)
        return self._first_that_takes_it(hosts, envelope, announce)

    def _first_that_takes_it(
        self, hosts: list[Host], envelope: Envelope, announce: Announce
    ) -> Outcome:
        failures: list[HostFailure] = []
        places = [(host.name, address) for host in hosts for address in host.addresses]
        for place in places[:HOSTS_TRIED]:
            try:
                outcome = self._handed_over(place, envelope, announce)
            except TlsUnavailable as unavailable:
                failures.append(HostFailure(place[0], unavailable.failure))
            except HostUnusable as unusable:
                if unusable.answer.reply is UNREACHABLE:
                    self.resting[place] = time.monotonic() + REST_SECONDS
                failures.append(HostFailure(place[0], None, unusable.answer))
            else:
                return replace(outcome, host=place[0], address=place[1], failures=tuple(failures))
        return _nobody(failures)

    def _handed_over(
        self, place: tuple[str, str], envelope: Envelope, announce: Announce
    ) -> Outcome:
        kept = self.pool.take(*place, required=envelope.required)
        if kept:
            outcome = self._hand_over(place, kept, envelope, announce)
            if (outcome.stage, outcome.reply) != (Stage.MAIL, LOST):
                return outcome
        if self.resting.get(place, 0) > time.monotonic():
            raise HostUnusable(Answer(Stage.CONNECT, RESTING))
        # A kept session may have been closed the moment before: that says nothing about the host.
        session = self.dialer.dial(*place, required=envelope.required)
        return self._hand_over(place, session, envelope, announce)

    def _hand_over(
        self, place: tuple[str, str], session: Session, envelope: Envelope, announce: Announce
    ) -> Outcome:
        try:
            return hand_over(session, envelope, announce)
        finally:
            self.pool.give_back(*place, session)


def _nobody(failures: list[HostFailure]) -> Outcome:
    """No host took it. If one fell short of the level, that decides what happens next."""
    last = failures[-1].answer or Answer(Stage.CONNECT, UNREACHABLE)
    result = Result.UNPROTECTED if any(failure.tls for failure in failures) else Result.REFUSED
    return Outcome(result, *last, host=failures[-1].host, failures=tuple(failures))
