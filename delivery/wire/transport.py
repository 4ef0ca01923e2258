"""The transport door: an envelope goes in, everything that is known about it afterwards comes out."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from delivery.lanes.directory import Directory
from delivery.wire.conversation import Conversation, run
from delivery.wire.destinations import Destination, Destinations
from delivery.wire.dial import UNREACHABLE, Dialer, HostUnusable, Place
from delivery.wire.dns import Dns, DnsUnavailable
from delivery.wire.door import LOST, Announce, Envelope, HostFailure, Outcome, Result, hand_over
from delivery.wire.hosts import DomainTakesNoMail, NoUsableHost
from delivery.wire.levels import PolicyType
from delivery.wire.policies import Policies
from delivery.wire.pool import Pool
from delivery.wire.promises import NO_PROMISE, Promise
from delivery.wire.reply import Finding
from delivery.wire.session import Answer, Session, Stage
from delivery.wire.tls import TlsUnavailable

# A host that could not be connected to is not asked again for every message that waits for it.
REST_SECONDS = 60
HOSTS_TRIED = 5  # RFC 5321 5.1 asks for at least two; a try must end

RESTING = Finding(451, "4.4.1", "The mail server did not answer a moment ago.")
NO_DNS = Finding(451, "4.4.3", "The name system gave no answer.")
NO_HOST = Finding(451, "4.4.4", "None of the domain's mail servers can be used.")


class Target(NamedTuple):
    """Where to try, and what the domain says about it."""

    place: Place
    promise: Promise


class Transport(Protocol):
    """What the worker needs of the wire."""

    @property
    def sends_as(self) -> str:
        """Which of our addresses mail servers see: each has limits of its own."""

    @property
    def warms_up(self) -> bool:
        """Whether mail operators remember what we do: the sandbox's servers do not."""

    def lanes(self, domains: Collection[str]) -> dict[str, str]:
        """The lane that leads to each domain."""

    def converse(self, envelope: Envelope, announce: Announce) -> Conversation[Outcome]:
        """Try once, over all hosts of the recipient's domain. Never raises for what a network does."""


@dataclass(frozen=True)
class SmtpTransport:
    """Straight to the recipient's mail servers."""

    dns: Dns
    dialer: Dialer
    allow_loopback: bool = False
    policies: Policies = field(default_factory=Policies)
    pool: Pool = field(default_factory=Pool)
    # Address → when it may be tried again. Shared by threads: a lost update costs one more try.
    resting: dict[str, float] = field(default_factory=dict)

    @property
    def sends_as(self) -> str:
        """Which of our addresses mail servers see: each has limits of its own."""
        return self.dialer.source_address or self.dialer.local_name

    @property
    def warms_up(self) -> bool:
        """Whether mail operators remember what we do: the sandbox's servers do not."""
        return not self.allow_loopback

    def lanes(self, domains: Collection[str]) -> dict[str, str]:
        """The lane that leads to each domain."""
        return self._directory.lanes(domains)

    @cached_property
    def _directory(self) -> Directory:
        return Directory(self.dns)

    @cached_property
    def _destinations(self) -> Destinations:
        return Destinations(self.dns, self.policies, self.allow_loopback)

    def send(self, envelope: Envelope, announce: Announce) -> Outcome:
        """As `converse`, in the calling thread."""
        return run(self.converse(envelope, announce))

    def converse(self, envelope: Envelope, announce: Announce) -> Conversation[Outcome]:
        """Try once, over all hosts of the recipient's domain. Never raises for what a network does."""
        try:
            destination = yield from self._destinations.of(envelope.domain, envelope.known_policy)
        except DomainTakesNoMail as refusal:
            return Outcome(Result.REFUSED, Stage.DNS, Finding(556, refusal.status, str(refusal)))
        except NoUsableHost:
            return Outcome(Result.REFUSED, Stage.DNS, NO_HOST)
        except DnsUnavailable:
            return Outcome(Result.REFUSED, Stage.DNS, NO_DNS)
        outcome = yield from self._first_that_takes_it(destination, envelope, announce)
        if any(failure.policy is PolicyType.STS for failure in outcome.failures):
            self._destinations.doubt(envelope.domain)
        return replace(outcome, policy=destination.found.kept, mx=destination.mx)

    def _first_that_takes_it(
        self, destination: Destination, envelope: Envelope, announce: Announce
    ) -> Conversation[Outcome]:
        failures: list[HostFailure] = []
        left = HOSTS_TRIED
        for host in destination.in_turn():
            try:
                NO_PROMISE.under(envelope.pin, host.name)
                promise = yield from destination.promise(host, self.dns, port=self.dialer.port)
                promise = promise.under(envelope.pin, host.name)
                promise.must_prove(envelope.required)
            except TlsUnavailable as unavailable:  # its domain forbids the host
                failures.append(
                    HostFailure(host.name, unavailable.failure, policy=unavailable.policy)
                )
                continue
            for address in host.addresses[:left]:
                left -= 1
                target = Target(Place(host.name, address, promise.keys), promise)
                tried = yield from self._tried(target, envelope, announce)
                if isinstance(tried, Outcome):
                    return replace(tried, failures=tuple(failures)) if failures else tried
                failures.append(tried)
            if not left:
                break
        return _nobody(failures)

    def _tried(
        self, target: Target, envelope: Envelope, announce: Announce
    ) -> Conversation[Outcome | HostFailure]:
        place, promise = target
        try:
            outcome = yield from self._handed_over(target, envelope, announce)
        except TlsUnavailable as unavailable:
            return HostFailure(place.host, unavailable.failure, policy=promise.type)
        except HostUnusable as unusable:
            if unusable.answer.reply is UNREACHABLE:
                self.resting[place.address] = time.monotonic() + REST_SECONDS
            return HostFailure(place.host, None, unusable.answer)
        return replace(outcome, host=place.host, address=place.address)

    def _handed_over(
        self, target: Target, envelope: Envelope, announce: Announce
    ) -> Conversation[Outcome]:
        place = target.place
        must_prove = target.promise.must_prove(envelope.required)
        kept = self.pool.take(place, required=must_prove)
        if kept:
            outcome = yield from self._hand_over(target, kept, envelope, announce)
            if (outcome.stage, outcome.reply) != (Stage.MAIL, LOST):
                return outcome
        if self.resting.get(place.address, 0) > time.monotonic():
            raise HostUnusable(Answer(Stage.CONNECT, RESTING))
        # A kept session may have been closed the moment before: that says nothing about the host.
        session = yield from self.dialer.dial(place, required=must_prove)
        return (yield from self._hand_over(target, session, envelope, announce))

    def _hand_over(
        self, target: Target, session: Session, envelope: Envelope, announce: Announce
    ) -> Conversation[Outcome]:
        try:
            return (yield from hand_over(session, envelope, announce, target.promise))
        finally:
            self.pool.give_back(target.place, session)


def _nobody(failures: list[HostFailure]) -> Outcome:
    """No host took it. If one fell short of the level, that decides what happens next."""
    last = failures[-1].answer or Answer(Stage.CONNECT, UNREACHABLE)
    result = Result.UNPROTECTED if any(failure.tls for failure in failures) else Result.REFUSED
    return Outcome(result, *last, host=failures[-1].host, failures=tuple(failures))
