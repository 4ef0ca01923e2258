"""From where the running code was called: a request, a task, a command. No PHI, no whole address.

Entered by the request's middleware and the task base classes, so that whoever writes the trail finds it
here instead of passing it through every function.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv6Address, ip_address, ip_network

IPV4_PREFIX, IPV6_PREFIX = 24, 48
HOST = os.uname().nodename
# In this order: Edge and Opera also say Chrome, and Chrome also says Safari.
_FAMILIES = {
    "Edge": re.compile(r"\bEdg(e|A|iOS)?/"),
    "Opera": re.compile(r"\bOPR/"),
    "Firefox": re.compile(r"\b(Firefox|FxiOS)/"),
    "Chrome": re.compile(r"\b(Headless)?(Chrome|CriOS)/"),
    "Safari": re.compile(r"\bSafari/"),
    "curl": re.compile(r"^curl/"),
    "Python": re.compile(r"^python", re.IGNORECASE),
    "Java": re.compile(r"^(Java|Apache-HttpClient)/"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a caller. An empty value is not known, or does not apply."""

    request: str = ""  # one id for the request and for the tasks that it started
    address: str = ""  # the network, see network_of
    agent: str = ""  # the family, see agent_family
    session: str = ""  # begins the hash of the session's key
    auth: str = ""  # how the caller proved who it is
    role: str = ""
    access: str = ""  # what let them in beyond their role: emergency or support
    on_behalf_of: str = ""
    task: str = ""  # name and id

    def facts(self) -> dict[str, str]:
        """The values that are known, with the host and the process that run the code."""
        known = {name: value for name, value in asdict(self).items() if value}
        return {**known, "host": HOST, "process": str(os.getpid())}


_source: ContextVar[Source | None] = ContextVar("source", default=None)
_NOWHERE = Source()


def current() -> Source:
    return _source.get() or _NOWHERE


@contextmanager
def entered(source: Source) -> Iterator[None]:
    """Events written inside the block come from `source`."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def add(**known: str) -> None:
    """Say more of the caller, now that it is known; holds until the entered block ends."""
    if _source.get() is not None:
        _source.set(replace(current(), **known))


def network_of(address: str) -> str:
    """The /24 or /48 around an address: enough to see where from, too little to point at a home."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    prefix = IPV4_PREFIX if found.version == 4 else IPV6_PREFIX
    return str(ip_network(f"{found}/{prefix}", strict=False))


def agent_family(header: str) -> str:
    """`Firefox`, `Chrome` ...: the whole header would tell one browser from all others."""
    if not header:
        return ""
    return next((name for name, sign in _FAMILIES.items() if sign.search(header)), "other")
