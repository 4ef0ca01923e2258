"""The web addresses that somebody may give us to call: one plain shape, so that no two readers differ.

Most ways around such a guard live in what parsers disagree about: user names before an @, backslashes,
other scripts' digits, addresses written as numbers. None of these is repaired here; all are refused.
"""

import re
from dataclasses import dataclass

from tenancy.errors import DomainError

LONGEST = 2_000
LONGEST_NAME = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: 127.1, 0x7f.1 and 2130706433 are numbers, not names.
_NAME = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_PATH = r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
_QUERY = r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
_PORT = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_SHAPE = re.compile(rf"https://(?P<name>{_NAME}){_PORT}(?P<rest>{_PATH}{_QUERY})")


class WebAddressRefused(DomainError):
    """The address is not one that we call."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A name, a port, and what is asked there."""

    name: str
    port: int
    target: str

    @property
    def host(self) -> str:
        """The Host header (RFC 9112 3.2)."""
        return self.name if self.port == 443 else f"{self.name}:{self.port}"


def read(text: str, *, ports: frozenset[int]) -> WebAddress:
    """Raises WebAddressRefused with what to write instead, never with what was written."""
    found = _SHAPE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or len(found["name"]) > LONGEST_NAME:
        raise WebAddressRefused(
            "Write the address as https://name.example/path: a full name in small ASCII letters, "
            "no user name, no number in place of the name, no fragment."
        )
    port = int(found["port"] or 443)
    if port not in ports:
        raise WebAddressRefused("Only the usual port of https can be called. Leave the port out.")
    rest = found["rest"]
    return WebAddress(found["name"], port, rest if rest.startswith("/") else f"/{rest}")
