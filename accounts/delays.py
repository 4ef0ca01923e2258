"""How long to wait after failed tries. Never for ever: nobody can lock a colleague out for good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

# A typing mistake or three costs nothing. Behind one address there may be a whole clinic; and who
# guesses at an account from many networks slows its owner down only after more tries.
FREE_TRIES = {"pair": 3, "account": 10, "factor": 3, "reset": 2, "address": 30}
LONGEST = timedelta(minutes=15)
# Failures count for this long; those of the window before count less and less.
WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Failures:
    """Failures of one subject in a window that slides: two counters stand for all of their times."""

    began_at: datetime
    count: int
    earlier: int

    def at(self, now: datetime) -> "Failures":
        """The same, seen at `now`: windows that are over became earlier ones."""
        passed = (now - self.began_at) // WINDOW
        if passed == 0:
            return self
        earlier = self.count if passed == 1 else 0
        return Failures(self.began_at + passed * WINDOW, 0, earlier)

    def weight(self, now: datetime) -> int:
        """How many failures there were in the last 24 hours, as far as two counters know."""
        seen = self.at(now)
        return seen.count + round(seen.earlier * (1 - (now - seen.began_at) / WINDOW))


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
