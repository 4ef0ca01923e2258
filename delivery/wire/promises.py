"""What a domain promises of a mail server, and so demands of whoever sends there."""

from dataclasses import dataclass, replace
from typing import Self

from delivery.wire import dane
from delivery.wire.dane import SignedKeys
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain, Records, Tlsa
from delivery.wire.hosts import Host
from delivery.wire.levels import Evidence, Level, PolicyType, TlsFailure
from delivery.wire.pins import Pin
from delivery.wire.policies import Found
from delivery.wire.sts import Policy
from delivery.wire.tls import TlsUnavailable


@dataclass(frozen=True)
class Promise:
    """Of one host, for mail to one domain. `required` is the least that any message needs there."""

    required: Level = Level.T0
    is_dnssec: bool = False
    keys: SignedKeys | None = None
    policy: Policy | None = None  # enforced, and it names the host
    missing: TlsFailure = TlsFailure.NOT_PROMISED  # why there is no policy
    # Of the workspace that the message is from, and of no other.
    pin: Pin | None = None
    fits: str = ""  # what of the pin names the host

    @property
    def type(self) -> PolicyType:
        if self.keys:
            return PolicyType.TLSA
        if self.policy:
            return PolicyType.STS
        return PolicyType.PIN if self.pin and self.pin.was_told else PolicyType.NONE

    def under(self, pin: Pin | None, host: str) -> Self:
        """With what the workspace itself expects of the domain.

        Raises TlsUnavailable for a host that it was not told of.
        """
        fits = pin.fits(host) if pin else ""
        if pin is None or not (fits or pin.was_told):
            return self
        if not fits:
            raise TlsUnavailable(TlsFailure.NOT_PINNED, PolicyType.PIN)
        least = max(self.required, Level.T2P) if pin.was_told else self.required
        return replace(self, required=least, pin=pin, fits=fits)

    def must_prove(self, required: Level) -> Level:
        """What the connection itself must prove for a message that needs `required`.

        Raises TlsUnavailable if it is more than the domain promises.
        """
        wanted = max(required, self.required)
        if self.keys:
            return Level.T4
        if wanted is Level.T4:
            raise TlsUnavailable(TlsFailure.DANE_REQUIRED)
        if wanted is Level.T3 and not self.policy:
            raise TlsUnavailable(self.missing)
        if wanted is Level.T2P and not (self.policy or self.pin):
            never = self.missing is TlsFailure.NOT_PROMISED
            raise TlsUnavailable(TlsFailure.UNPINNED if never else self.missing)
        return min(wanted, Level.T2)

    def vouched(self, proved: Evidence) -> Evidence:
        """What the connection proved, with the word of the domain that its server is the right one."""
        if self.pin:
            since = self.pin.unchanged_since
            proved = replace(proved, pin="" if since else self.fits, unchanged_since=since)
        if proved.level is Level.T2 and not self.keys:
            if self.policy:
                proved = replace(proved, level=Level.T3, policy=self.type, sts_id=self.policy.id)
            elif self.pin:
                proved = replace(proved, level=Level.T2P, policy=self.type)
        return replace(proved, is_dnssec=self.is_dnssec)


NO_PROMISE = Promise()


def promise_of(host: Host, domain: str, found: Found, dns: Dns, *, port: int) -> Promise:
    """What binds the host; signed keys come before a policy (RFC 8461 2).

    Raises TlsUnavailable if the host may not be used at all.
    """
    try:
        base, records = _signed_keys(host, dns, port)
    except DnsUnavailable:  # RFC 7672 2.1.2: it may be there, so it counts as if it did not match
        raise TlsUnavailable(TlsFailure.DNSSEC_INVALID, PolicyType.TLSA) from None
    if usable := dane.usable(records):
        names = tuple(dict.fromkeys((base, host.name, domain)))
        return Promise(Level.T4, is_dnssec=True, keys=SignedKeys(base, names, usable))
    if policy := found.enforced:
        if not policy.names(host.name):
            raise TlsUnavailable(TlsFailure.NOT_NAMED, PolicyType.STS)
        return Promise(Level.T3, is_dnssec=host.is_secure, policy=policy)
    # 7672 2.2: keys that nobody can check still say that there is TLS.
    least = Level.T1 if records else Level.T0
    missing = found.failure or TlsFailure.NOT_PROMISED
    return Promise(least, is_dnssec=host.is_secure, missing=missing)


def _signed_keys(host: Host, dns: Dns, port: int) -> tuple[str, list[Tlsa]]:
    """Where the host's keys are published, and which: asked only if its name came signed (2.2.1)."""
    if host.is_secure:
        # 2.2.3: first where its aliases lead, then at its own name.
        for base in dict.fromkeys((host.canonical, host.name)):
            found = _tlsa(f"_{port}._tcp.{base}", dns)
            if found and found.is_secure:
                return base, found
    return host.name, []


def _tlsa(name: str, dns: Dns) -> Records[Tlsa]:
    try:
        return dns.tlsa(name)
    except NoSuchDomain:
        return Records()
