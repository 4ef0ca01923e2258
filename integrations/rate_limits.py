"""How fast one API key may ask: a token bucket in Valkey, shared by all web processes."""

import logging
import math
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Refills steadily; a client may burst up to the whole bucket.
CAPACITY = 600
WINDOW_SECONDS = 60

# One round trip, atomic: take a token if there is one; answer tokens left and seconds until the next.
TAKE = """
local capacity, per_second, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or capacity
tokens = math.min(capacity, tokens + (now - (tonumber(bucket[2]) or now)) * per_second)
local wait = 0
if tokens >= cost then tokens = tokens - cost else wait = (cost - tokens) / per_second end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / per_second) + 1)
return {math.floor(tokens), tostring(wait)}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a key's bucket, and how long to wait if nothing is."""

    remaining: int
    retry_after: int

    @property
    def is_exceeded(self) -> bool:
        return self.retry_after > 0

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers, and Retry-After (RFC 9110 10.2.3)."""
        headers = {
            "RateLimit-Policy": f'"default";q={CAPACITY};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.retry_after}',
        }
        if self.is_exceeded:
            headers["Retry-After"] = str(self.retry_after)
        return headers


@cache
def _valkey() -> "Redis":
    return Redis.from_url(settings.VALKEY_URL)


def take(bucket: str, *, cost: int = 1) -> Allowance:
    """Take `cost` tokens. Without Valkey everybody may go on: this limit protects, it does not guard."""
    arguments = [CAPACITY, CAPACITY / WINDOW_SECONDS, min(cost, CAPACITY)]
    try:
        remaining, wait = _valkey().eval(TAKE, 1, f"api-rate:{bucket}", *arguments)
    except RedisError:
        log.warning("The rate limit of the API is not enforced: Valkey does not answer.")
        return Allowance(CAPACITY, 0)
    return Allowance(int(remaining), math.ceil(float(wait)))
