"""What leads to a recipient's domain: its hosts, and what it promises of each."""

import time
from dataclasses import dataclass, field
from functools import partial

from delivery.wire.conversation import Conversation, Question, elsewhere
from delivery.wire.dns import Dns
from delivery.wire.hosts import Host, hosts_of, in_turn, names_for
from delivery.wire.policies import Found, KeptPolicy, Policies
from delivery.wire.promises import Promise, promise_of
from delivery.wire.tls import TlsUnavailable

# All messages that leave within this time share what the name system said of their domain.
SHARED_SECONDS = 1.0
MOST_SHARED = 10_000


@dataclass(frozen=True)
class Destination:
    """A domain as the name system showed it a moment ago."""

    domain: str
    hosts: list[Host]
    mx: tuple[str, ...]
    found: Found
    remembered: KeptPolicy | None
    until: float
    _promises: dict[str, Promise | TlsUnavailable] = field(default_factory=dict)

    def in_turn(self) -> list[Host]:
        """For one message."""
        return in_turn(self.hosts)

    def promise(self, host: Host, dns: Dns, *, port: int) -> Conversation[Promise]:
        """What binds the host. Raises TlsUnavailable if it may not be used at all."""
        if host.name not in self._promises:
            ask = partial(_promise_or_ban, host, self.domain, self.found, dns, port)
            self._promises[host.name] = yield from elsewhere(Question(ask))
        promise = self._promises[host.name]
        if isinstance(promise, TlsUnavailable):
            raise TlsUnavailable(promise.failure, promise.policy)
        return promise


def _promise_or_ban(
    host: Host, domain: str, found: Found, dns: Dns, port: int
) -> Promise | TlsUnavailable:
    try:
        return promise_of(host, domain, found, dns, port=port)
    except TlsUnavailable as unavailable:
        return unavailable


@dataclass(frozen=True)
class Destinations:
    """Of one process; threads may use it side by side."""

    dns: Dns
    policies: Policies
    allow_loopback: bool
    _known: dict[str, Destination] = field(default_factory=dict)

    def of(self, domain: str, remembered: KeptPolicy | None) -> Conversation[Destination]:
        """Raises DomainTakesNoMail, NoUsableHost, or DnsUnavailable.

        `remembered` is the domain's policy as the workspace knows it.
        """
        known = self._known.get(domain)
        is_fresh = known is not None and time.monotonic() < known.until
        if known is None or not is_fresh or known.remembered != remembered:
            known = yield from elsewhere(Question(partial(self._asked, domain, remembered)))
            if len(self._known) >= MOST_SHARED:
                self._known.clear()
            self._known[domain] = known
        return known

    def doubt(self, domain: str) -> None:
        """No server kept to the domain's policy: look for a newer one."""
        self.policies.doubt(domain)
        self._known.pop(domain, None)

    def _asked(self, domain: str, remembered: KeptPolicy | None) -> Destination:
        names = names_for(domain, self.dns)
        hosts = hosts_of(names, self.dns, allow_loopback=self.allow_loopback)
        found = self.policies.of(domain, self.dns, remembered)
        mx = tuple(sorted({name for _, name in names}))
        until = time.monotonic() + SHARED_SECONDS
        return Destination(domain, hosts, mx, found, remembered, until)
