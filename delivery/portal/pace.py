"""How many wrong links one address and its network may try in an hour, over all tenants."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from accounts.delays import address_group

# A clinic's waiting room shares one address; a scanner needs far more.
MISSES_PER_ADDRESS = 30
MISSES_PER_NETWORK = 60  # of a /64, or of one address of the older kind


def is_too_fast(address: str) -> bool:
    return any(int(cache.get(key, 0)) >= most for key, most in _limits(address))


def count_miss(address: str) -> None:
    for key, _ in _limits(address):
        cache.add(key, 0, timeout=3600)
        cache.incr(key)


def _limits(address: str) -> list[tuple[str, int]]:
    return [
        (_key("address", address), MISSES_PER_ADDRESS),
        (_key("network", address_group(address)), MISSES_PER_NETWORK),
    ]


def _key(kind: str, value: str) -> str:
    """A digest: where a patient reads is nobody's business."""
    return f"portal-misses:{kind}:{salted_hmac('portal-misses', value).hexdigest()[:32]}"
