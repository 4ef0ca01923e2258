"""Which MTA-STS policy binds a domain now (RFC 8461 3.3, 5.1).

What was fetched once holds for as long as it says: who can make the record or the web server go away
must not make the policy go away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

from delivery.wire import sts
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain
from delivery.wire.levels import TlsFailure
from delivery.wire.sts import Policy, PolicyInvalid
from tenancy import clock, fetch
from tenancy.fetch import Answer, Failure, FetchFailed
from tenancy.web_address import WebAddressRefused

REFRESHED_AFTER = timedelta(days=1)
TRIED_AGAIN_AFTER = timedelta(minutes=5)
MOST_WATCHED = 20_000  # domains in memory; a longest policy is some 25 kB, a usual one below 1

Get = Callable[[str], Answer]


def from_the_web(url: str) -> Answer:
    """Through the one door for web requests: public servers only, no redirects, little and soon."""
    return fetch.door().get(url)


@dataclass(frozen=True)
class KeptPolicy:
    """A policy, and since when we have it."""

    policy: Policy
    fetched_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.fetched_at + self.policy.max_age

    @property
    def holds_until(self) -> datetime:
        """At least until it may be looked at again."""
        return max(self.expires_at, self.fetched_at + TRIED_AGAIN_AFTER)


class Found(NamedTuple):
    """What binds the domain, if anything does, and why there is nothing newer."""

    kept: KeptPolicy | None = None
    failure: TlsFailure | None = None

    @property
    def enforced(self) -> Policy | None:
        """The policy that a server must keep to."""
        return self.kept.policy if self.kept and self.kept.policy.is_enforced else None


@dataclass
class Watched:
    """What one process knows of a domain."""

    kept: KeptPolicy | None = None
    failure: TlsFailure | None = None
    tried_at: datetime | None = None
    is_doubted: bool = False
    one_at_a_time: Lock = field(default_factory=Lock)

    def learn(self, remembered: KeptPolicy | None) -> None:
        if remembered and (self.kept is None or remembered.fetched_at > self.kept.fetched_at):
            self.kept = remembered

    def wants_fetch(self, announced: str, now: datetime) -> bool:
        if self.tried_at and now - self.tried_at < TRIED_AGAIN_AFTER:
            return False
        return (
            self.kept is None
            or self.is_doubted
            or self.kept.policy.id != announced
            or now >= min(self.kept.fetched_at + REFRESHED_AFTER, self.kept.expires_at)
        )

    def found(self, now: datetime) -> Found:
        holds = self.kept is not None and now < self.kept.holds_until
        return Found(self.kept if holds else None, self.failure)


@dataclass(frozen=True)
class Policies:
    """Shared by the threads that send, each of which may have to fetch one."""

    get: Get = from_the_web
    watched: dict[str, Watched] = field(default_factory=dict)
    _making_room: Lock = field(default_factory=Lock)

    def of(self, domain: str, dns: Dns, remembered: KeptPolicy | None = None) -> Found:
        """What binds the domain; `remembered` is what was known of it before this process began."""
        now = clock.now()
        announced = _announced(domain, dns)
        watched = self.watched.get(domain)
        if watched is None:
            if announced is None and remembered is None:
                return Found()
            watched = self._watch(domain)
        with watched.one_at_a_time:
            watched.learn(remembered)
            if announced and watched.wants_fetch(announced, now):
                self._fetch(domain, announced, watched, now)
            return watched.found(now)

    def doubt(self, domain: str) -> None:
        """No server kept to the policy: look for a newer one before the mail is given up (5.1)."""
        if watched := self.watched.get(domain):
            watched.is_doubted = True

    def _watch(self, domain: str) -> Watched:
        with self._making_room:
            if domain not in self.watched and len(self.watched) >= MOST_WATCHED:
                del self.watched[next(iter(self.watched))]
            return self.watched.setdefault(domain, Watched())

    def _fetch(self, domain: str, announced: str, watched: Watched, now: datetime) -> None:
        watched.tried_at = now
        try:
            watched.kept = KeptPolicy(_policy(self.get(sts.policy_url(domain)), announced), now)
        except PolicyInvalid:
            watched.failure = TlsFailure.STS_INVALID
        except FetchFailed as error:
            untrusted = error.failure is Failure.NOT_TRUSTED
            watched.failure = TlsFailure.STS_WEBPKI if untrusted else TlsFailure.STS_FETCH_ERROR
        except WebAddressRefused:  # a domain that no web server can have
            watched.failure = TlsFailure.STS_FETCH_ERROR
        else:
            watched.failure, watched.is_doubted = None, False


def _announced(domain: str, dns: Dns) -> str | None:
    try:
        return sts.announced_id(dns.txt(sts.record_name(domain)))
    except (NoSuchDomain, DnsUnavailable):
        return None


def _policy(answer: Answer, announced: str) -> Policy:
    """Raises FetchFailed or PolicyInvalid."""
    if answer.status != HTTPStatus.OK:
        raise FetchFailed(Failure.NOT_HTTP)
    if answer.content_type != "text/plain":  # 3.2: or users of a web host could make policies
        raise PolicyInvalid("The file is not plain text.")
    return sts.parse(answer.body, announced)
