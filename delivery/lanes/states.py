"""Where the states of lanes are kept: in Valkey for all workers; without it, in each worker.

A step is computed here and stored only if nobody else stored one in the meantime. Names of lanes
are ours, or digests: nothing in Valkey tells who gets mail.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from typing import TypeVar

import orjson
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from delivery.lanes import limits
from delivery.lanes.limits import Share, State
from delivery.lanes.operators import operator_of
from tenancy import clock

log = logging.getLogger(__name__)

PREFIX = "lane:"
PATIENCE_SECONDS = 0.25
ALONE_SECONDS = 5.0
KEPT_SECONDS = 2 * 86_400
# With four exchanges a second of each worker, two hardly ever meet.
TRIES = 8
# Nobody knows what the others do: few enough for any operator, times the number of workers.
ALONE_SLOTS = 2

SWAP = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

Answer = TypeVar("Answer")
Step = Callable[[State, float], Answer]


class _Alone:
    """The states that this process knows by itself."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.lock = threading.Lock()
        self.until = 0.0

    def take(self, name: str, step: "Step[Answer]") -> Answer:
        now = clock.now().timestamp()
        with self.lock:
            state = self.states.get(name)
            if state is None:
                state = self.states[name] = _fresh(name, now)
                state.limit = min(state.limit, ALONE_SLOTS)
            return step(state, now)


_alone = _Alone()


def take(name: str, step: "Step[Answer]") -> Answer:
    """Let `step` change the state of the lane `address/lane`, and return what it says."""
    if time.monotonic() < _alone.until:
        return _alone.take(name, step)
    try:
        return _shared(name, step)
    except RedisError:
        _alone.until = time.monotonic() + ALONE_SECONDS
        log.warning("Valkey does not answer: each worker limits its lanes for itself.")
        return _alone.take(name, step)


def known() -> Iterator[tuple[str, State]]:
    """Every lane that was used lately, for the page; none while Valkey is away."""
    try:
        keys = sorted(_valkey().scan_iter(match=f"{PREFIX}*", count=1000))
        stored = _valkey().mget(keys) if keys else []
    except RedisError:
        return
    for key, raw in zip(keys, stored, strict=True):
        if state := _decoded(raw or b""):
            yield key.decode().removeprefix(PREFIX), state


def _shared(name: str, step: "Step[Answer]") -> Answer:
    key = f"{PREFIX}{name}"
    for _ in range(TRIES):
        now = clock.now().timestamp()
        raw = _valkey().get(key) or b""
        state = _decoded(raw) or _fresh(name, now)
        answer = step(state, now)
        after = orjson.dumps(asdict(state))
        if _valkey().eval(SWAP, 1, key, raw, after, KEPT_SECONDS):
            return answer
    return _alone.take(name, step)


def _fresh(name: str, now: float) -> State:
    return limits.fresh(operator_of(name.rpartition("/")[2]), now)


def _decoded(raw: bytes | str) -> State | None:
    """None for what this release cannot read: others of its workers may run another."""
    try:
        row = orjson.loads(raw)
        shares = {worker: Share(**share) for worker, share in row.pop("shares").items()}
        return State(**row, shares=shares)
    except (ValueError, KeyError, TypeError):
        return None


@cache
def _valkey() -> "Redis":
    patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    return Redis.from_url(settings.VALKEY_URL, **patience)
