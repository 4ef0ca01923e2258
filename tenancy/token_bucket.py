"""How fast somebody may go on: token buckets in Valkey, shared by all web processes.

A bucket refills steadily, and a burst may empty it. Each process counts for itself too, and goes by its
own count while Valkey is away: looser by the number of processes, but never without a limit, and its
failure gives nobody a second burst. Names of buckets hold ids and digests only.
"""

import logging
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PREFIX = "pace:"
PATIENCE_SECONDS = 0.25
# After a failure, so that each request does not wait for a server that is gone.
ALONE_SECONDS = 5.0
MOST_LOCAL_BUCKETS = 20_000

# One round trip, atomic: take from all buckets or from none; answer the fewest tokens left, and the
# seconds until all have enough.
TAKE = """
local cost = tonumber(ARGV[1])
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local held, wait, fewest = {}, 0, math.huge
for i, key in ipairs(KEYS) do
  local capacity, per_second = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local bucket = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = tonumber(bucket[1]) or capacity
  held[i] = math.min(capacity, tokens + math.max(0, now - (tonumber(bucket[2]) or now)) * per_second)
  wait = math.max(wait, (math.min(cost, capacity) - held[i]) / per_second)
end
for i, key in ipairs(KEYS) do
  local capacity, per_second = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  if wait <= 0 then held[i] = held[i] - math.min(cost, capacity) end
  fewest = math.min(fewest, held[i])
  redis.call('HSET', key, 'tokens', tostring(held[i]), 'at', tostring(now))
  redis.call('EXPIRE', key, math.ceil(capacity / per_second) + 1)
end
return {math.floor(fewest), tostring(math.max(0, wait))}
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many in so many seconds."""

    capacity: int
    window: int = 60

    @property
    def per_second(self) -> float:
        return self.capacity / self.window


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left, and how long to wait if nothing is."""

    remaining: int
    retry_after: int

    @property
    def is_exceeded(self) -> bool:
        return self.retry_after > 0


class LocalBuckets:
    """The same for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, float]] = {}

    def take(self, buckets: Mapping[str, Budget], cost: int) -> Allowance:
        now = time.monotonic()
        with self._lock:
            held = {key: self._tokens(key, budget, now) for key, budget in buckets.items()}
            wait = max(
                (min(cost, budget.capacity) - held[key]) / budget.per_second
                for key, budget in buckets.items()
            )
            if wait <= 0:
                held = {key: held[key] - min(cost, buckets[key].capacity) for key in buckets}
            if len(self._held) + len(held) > MOST_LOCAL_BUCKETS:
                self._held.clear()
            self._held |= {key: (tokens, now) for key, tokens in held.items()}
        return Allowance(math.floor(min(held.values())), max(0, math.ceil(wait)))

    def _tokens(self, key: str, budget: Budget, now: float) -> float:
        tokens, at = self._held.get(key, (float(budget.capacity), now))
        return min(float(budget.capacity), tokens + (now - at) * budget.per_second)


_local = LocalBuckets()
_alone_until = 0.0


def take(buckets: Mapping[str, Budget], *, cost: int = 1) -> Allowance:
    """Take `cost` tokens from each of the buckets, or from none of them."""
    global _alone_until  # noqa: PLW0603 - one clock for the process
    own = _local.take(buckets, cost)
    if time.monotonic() < _alone_until:
        return own
    arguments = [cost, *(part for it in buckets.values() for part in (it.capacity, it.per_second))]
    keys = [f"{PREFIX}{name}" for name in buckets]
    try:
        remaining, wait = _valkey().eval(TAKE, len(keys), *keys, *arguments)
    except RedisError:
        _alone_until = time.monotonic() + ALONE_SECONDS
        log.warning("Valkey does not answer: each process counts requests for itself.")
        return own
    return Allowance(int(remaining), math.ceil(float(wait)))


@cache
def _valkey() -> "Redis":
    return Redis.from_url(settings.VALKEY_URL, socket_timeout=PATIENCE_SECONDS)
