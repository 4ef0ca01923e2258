"""How long to wait after failed tries. Never for ever: nobody can lock a colleague out for good."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

# A typing mistake or three costs nothing. Behind one address there may be a whole clinic.
FREE_TRIES = {"account": 3, "factor": 3, "reset": 2, "address": 30}
LONGEST = timedelta(minutes=15)
# A row of failures is over when nothing failed for this long.
FORGOTTEN_AFTER = timedelta(hours=24)


def wait_after(failures: int, *, free_tries: int) -> timedelta:
    """Nothing for the free tries, then 1, 2, 4 ... seconds, at most 15 minutes."""
    excess = failures - free_tries
    if excess < 0:
        return timedelta(0)
    return min(LONGEST, timedelta(seconds=2 ** min(excess, 20)))


def address_group(address: str) -> str:
    """The network that one visitor commands: a /24 in IPv4, a /64 in IPv6."""
    prefix = 24 if ip_address(address).version == 4 else 64
    return str(ip_network(f"{address}/{prefix}", strict=False))
