"""Which lane leads to a recipient's domain, asked once and remembered by the process."""

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Lock

from delivery.lanes.operators import lane_of
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain

REMEMBERED_SECONDS = 3600.0
# Where the name system is slow: the domain is a lane of its own until it has answered.
PATIENCE_SECONDS = 3.0
UNKNOWN_SECONDS = 60.0
ASKED_AT_ONCE = 16
MOST_DOMAINS = 100_000


class Directory:
    """Shared by the threads of a process. Domains are in its memory only."""

    def __init__(self, dns: Dns) -> None:
        self._dns = dns
        self._known: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def lanes(self, domains: Collection[str]) -> dict[str, str]:
        """The lane of each domain, within a few seconds whatever the name system does."""
        now = time.monotonic()
        with self._lock:
            missing = {domain for domain in domains if self._until(domain) <= now}
        if missing:
            self._ask(missing)
        return {domain: self._lane(domain) for domain in domains}

    def _until(self, domain: str) -> float:
        return self._known.get(domain, ("", 0.0))[1]

    def _lane(self, domain: str) -> str:
        return self._known[domain][0] if domain in self._known else lane_of(domain)

    def _ask(self, domains: Collection[str]) -> None:
        threads = ThreadPoolExecutor(min(ASKED_AT_ONCE, len(domains)), "mx")
        asked = [threads.submit(self._learn, domain) for domain in domains]
        wait(asked, PATIENCE_SECONDS)
        threads.shutdown(wait=False, cancel_futures=True)
        unknown_until = time.monotonic() + UNKNOWN_SECONDS
        with self._lock:
            for domain in domains:
                if self._until(domain) <= time.monotonic():
                    self._known[domain] = self._lane(domain), unknown_until

    def _learn(self, domain: str) -> None:
        lane, lasts = self._lane(domain), UNKNOWN_SECONDS
        # Where the name system gives no answer, the try will find out and say so.
        with suppress(NoSuchDomain, DnsUnavailable):
            records = sorted(self._dns.mx(domain))
            lasts = REMEMBERED_SECONDS
            if names := [name for _, name in records if name not in {"", "."}]:
                lane = lane_of(names[0])
        with self._lock:
            if len(self._known) >= MOST_DOMAINS:
                self._known.clear()
            self._known[domain] = lane, time.monotonic() + lasts
