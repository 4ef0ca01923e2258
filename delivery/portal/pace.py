"""How many wrong links one address and its network may try in an hour, over all tenants."""

from django.utils.crypto import salted_hmac

from accounts.delays import address_group
from tenancy import token_bucket
from tenancy.token_bucket import Budget

# A clinic's waiting room shares one address; a scanner needs far more.
MISSES_PER_ADDRESS = Budget(30, window=3600)
MISSES_PER_NETWORK = Budget(60, window=3600)  # of a /64, or a /24 of the older kind


def is_too_fast(address: str) -> bool:
    return token_bucket.take(_buckets(address), cost=0).remaining < 1


def count_miss(address: str) -> None:
    """From each by itself: an address that has none left still counts for its network."""
    for name, budget in _buckets(address).items():
        token_bucket.take({name: budget})


def _buckets(address: str) -> dict[str, Budget]:
    return {
        _name("address", address): MISSES_PER_ADDRESS,
        _name("network", address_group(address)): MISSES_PER_NETWORK,
    }


def _name(kind: str, value: str) -> str:
    """A digest: where a patient reads is nobody's business."""
    return f"portal-misses:{kind}:{salted_hmac('portal-misses', value).hexdigest()[:32]}"
