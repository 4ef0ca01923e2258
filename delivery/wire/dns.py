"""The DNS door: what is asked, what an answer says, and a zone file for the sandbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import orjson

Value = TypeVar("Value")


class NoSuchDomain(Exception):
    """The name system says that the name does not exist: trying again will not help."""


class DnsUnavailable(Exception):
    """No answer to trust (SERVFAIL, time-out, bogus signature): nothing is known, so wait."""


class Records(list[Value]):
    """What one question brought, and who vouches for it.

    `is_secure`: signed, and checked by a resolver of ours. `name` is where aliases (CNAME) led.
    """

    def __init__(
        self, values: Iterable[Value] = (), *, is_secure: bool = False, name: str = ""
    ) -> None:
        super().__init__(values)
        self.is_secure = is_secure
        self.name = name


class Tlsa(NamedTuple):
    """Whose key a server must show (RFC 6698 2.1)."""

    usage: int
    selector: int
    matching: int
    association: bytes

    def __str__(self) -> str:
        return f"{self.usage} {self.selector} {self.matching}"


class Dns(Protocol):
    """Each question answers with records, none when the name exists without such records.

    Raises NoSuchDomain or DnsUnavailable.
    """

    def mx(self, domain: str) -> Records[tuple[int, str]]:
        """Preference and host name, without the final dot; a null MX has the empty name."""

    def addresses(self, name: str) -> Records[str]:
        """IPv4 and IPv6 addresses of a host; secure if both answers are."""

    def txt(self, name: str) -> Records[str]:
        """Each record's strings joined."""

    def tlsa(self, name: str) -> Records[Tlsa]:
        """Keys of the service that this name, with port and protocol in front, stands for."""


@dataclass(frozen=True)
class ZoneFileDns:
    """Names from a JSON file, for the sandbox.

    {"mx": {domain: [[preference, host]]}, "a": {host: [address]}, "txt": {name: [text]},
    "tlsa": {name: [[usage, selector, matching, hex]]}, "secure": [zone], "servfail": [name]}
    """

    mx_records: Mapping[str, list[tuple[int, str]]]
    a_records: Mapping[str, list[str]]
    txt_records: Mapping[str, list[str]]
    failing: frozenset[str]
    tlsa_records: Mapping[str, list[Tlsa]] = field(default_factory=dict)
    secure: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> "ZoneFileDns":
        """Raises OSError or ValueError, which stop the process at its start."""
        zone = orjson.loads(path.read_bytes())
        return cls(
            {
                domain: [(preference, host) for preference, host in rows]
                for domain, rows in zone["mx"].items()
            },
            zone["a"],
            zone.get("txt", {}),
            frozenset(zone.get("servfail", ())),
            {
                name: [
                    Tlsa(usage, selector, matching, bytes.fromhex(digits))
                    for usage, selector, matching, digits in rows
                ]
                for name, rows in zone.get("tlsa", {}).items()
            },
            frozenset(zone.get("secure", ())),
        )

    def mx(self, domain: str) -> Records[tuple[int, str]]:
        return self._records(self.mx_records, domain)

    def addresses(self, name: str) -> Records[str]:
        return self._records(self.a_records, name)

    def txt(self, name: str) -> Records[str]:
        return self._records(self.txt_records, name)

    def tlsa(self, name: str) -> Records[Tlsa]:
        return self._records(self.tlsa_records, name)

    def _records(self, kind: Mapping[str, list[Value]], name: str) -> Records[Value]:
        if name in self.failing:
            raise DnsUnavailable("SERVFAIL")
        kinds = (self.mx_records, self.a_records, self.txt_records, self.tlsa_records)
        if not any(name in records for records in kinds):
            raise NoSuchDomain(name)
        zones = {name.split(".", skipped)[-1] for skipped in range(name.count(".") + 1)}
        return Records(kind.get(name, ()), is_secure=not zones.isdisjoint(self.secure), name=name)
