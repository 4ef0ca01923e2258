"""How many wrong links one network may try in an hour, over all tenants."""

from django.core.cache import cache

MISSES_PER_HOUR = 60  # a clinic's waiting room shares one address; a scanner needs far more


def is_too_fast(network: str) -> bool:
    return int(cache.get(_key(network), 0)) >= MISSES_PER_HOUR


def count_miss(network: str) -> None:
    cache.add(_key(network), 0, timeout=3600)
    cache.incr(_key(network))


def _key(network: str) -> str:
    return f"portal-misses:{network.replace('/', '-')}"
