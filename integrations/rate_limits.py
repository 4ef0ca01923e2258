"""How fast one API key may ask, and how its answers say so."""

from django.utils.crypto import salted_hmac

from accounts.delays import address_group
from tenancy import token_bucket
from tenancy.token_bucket import Allowance, Budget

BUDGET = Budget(600)


def take(key_id: str, *, cost: int = 1) -> Allowance:
    return token_bucket.take({f"api-key:{key_id}": BUDGET}, cost=cost)


def take_of_network(what: str, address: str, *, cost: int) -> Allowance:
    """Of the budget of the network around an address, for who has not proven yet who they are."""
    network = salted_hmac(what, address_group(address)).hexdigest()
    return take(f"{what}:{network}", cost=cost)


def headers(allowance: Allowance) -> dict[str, str]:
    """draft-ietf-httpapi-ratelimit-headers, and Retry-After (RFC 9110 10.2.3)."""
    said = {
        "RateLimit-Policy": f'"default";q={BUDGET.capacity};w={BUDGET.window}',
        "RateLimit": f'"default";r={allowance.remaining};t={allowance.retry_after}',
    }
    if allowance.is_exceeded:
        said["Retry-After"] = str(allowance.retry_after)
    return said
