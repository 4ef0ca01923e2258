"""The way of facts from the door to the tables: a bounded queue of this process, then a stream in Valkey.

Facts are opaque ids, a number and a time: no address, no program's name, nothing that was asked for.
Without Valkey links lead on all the same; facts wait here while there is room, and are counted when
there is none.
"""

import atexit
import logging
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from delivery.tracking.machines import Act
from delivery.tracking.tokens import Mark
from tenancy import clock

log = logging.getLogger(__name__)

STREAM = "tracking:facts"
LOST = "tracking:lost"
LOST_TOLD = "tracking:lost-told"
TOLD_AGAIN_AFTER = timedelta(hours=1)
# What a killed process loses at most.
FLUSH_SECONDS = 1.0
PATIENCE_SECONDS = 0.5
IN_ONE_ENTRY = 256
# Some two million facts; the memory of Valkey is for others too.
MOST_BYTES = 128 * 2**20
# Asked for at once: 26 MB at the most.
MOST_READ = 2_000
MOST_WAITING = 50_000
# The same request again within this time is the same act: a reload, or somebody who wants to fill the stream.
SAME_ACT_SECONDS = 10.0
# Tenant, message, table, milliseconds, number of the link, sign.
FACT = struct.Struct(">16s16s8sQhB")


class Fact(NamedTuple):
    """What happened to one message; `id` is the same however often it is read."""

    id: str
    tenant_id: UUID
    message_id: UUID
    reference: bytes
    act: Act


class Outbox:
    """Facts of this process on their way out, sent by a thread of its own."""

    def __init__(self, *, most: int = MOST_WAITING) -> None:
        self._waiting: deque[bytes] = deque()
        self._most = most
        self._lost = 0
        self._lately: dict[bytes, float] = {}
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, mark: Mark, link: int, sign: int) -> None:
        """Note it, at once and without asking anybody."""
        now = clock.now().timestamp()
        act = mark.message + struct.pack(">hB", link, sign)
        if now - self._lately.get(act, 0.0) < SAME_ACT_SECONDS:
            return
        if len(self._lately) >= self._most:
            self._lately.clear()
        self._lately[act] = now
        if len(self._waiting) >= self._most:
            self._lost += 1
            return
        self._waiting.append(FACT.pack(*mark, int(now * 1000), link, sign))
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Send what waits. Raises RedisError; what was not taken waits on."""
        with self._lock:
            while self._waiting:
                some = [
                    self._waiting.popleft() for _ in range(min(IN_ONE_ENTRY, len(self._waiting)))
                ]
                try:
                    self._send(some)
                except RedisError:
                    self._waiting.extendleft(reversed(some))
                    raise
            if self._lost:
                valkey().incrby(LOST, self._lost)
                self._lost = 0

    def _send(self, facts: list[bytes]) -> None:
        if _bytes_in_stream() >= MOST_BYTES:
            self._lost += len(facts)  # nobody drains, or not as fast as somebody fills it
        else:
            valkey().xadd(STREAM, {"facts": b"".join(facts)})

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
                atexit.register(self._last_flush)

    def _run(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            self._last_flush()

    def _last_flush(self) -> None:
        try:
            self.flush()
        except RedisError:
            log.warning("Valkey does not answer: openings and clicks wait in this process.")


def read(most: int) -> list[tuple[str, list[Fact]]]:
    """The oldest entries of the stream, each with its facts: up to the one with which they are `most`."""
    # Its stubs know of clients that decode, and of none that answers bytes alone.
    entries: list[tuple[bytes, dict[bytes, bytes]]] = valkey().xrange(STREAM, count=MOST_READ)  # type: ignore[assignment]
    found: list[tuple[str, list[Fact]]] = []
    for name, fields in entries:
        if most <= 0:
            break
        facts = list(_facts(name.decode(), fields[b"facts"]))
        most -= len(facts)
        found.append((name.decode(), facts))
    return found


def forget(entries: list[str]) -> None:
    """Take entries out of the stream whose facts are stored."""
    if entries:
        valkey().xdel(STREAM, *entries)


def take_lost() -> int:
    """How many facts were lost and not told yet; 0 for an hour after some were: a flood lasts."""
    if not valkey().exists(LOST) or not valkey().set(LOST_TOLD, 1, nx=True, ex=TOLD_AGAIN_AFTER):
        return 0
    return int(valkey().getdel(LOST) or 0)


def _bytes_in_stream() -> int:
    # A sample of its nodes would say little: an entry has one fact or 256.
    return int(valkey().memory_usage(STREAM, samples=0) or 0)


def _facts(entry: str, packed: bytes) -> Iterator[Fact]:
    for place, fields in enumerate(FACT.iter_unpack(packed)):
        tenant, message, reference, milliseconds, link, sign = fields
        occurred_at = datetime.fromtimestamp(milliseconds / 1000, UTC)
        yield Fact(
            f"{entry}.{place}",
            UUID(bytes=tenant),
            UUID(bytes=message),
            reference,
            Act(occurred_at, link, sign),
        )


@cache
def valkey() -> "Redis":
    return Redis.from_url(settings.VALKEY_URL, socket_timeout=PATIENCE_SECONDS)
