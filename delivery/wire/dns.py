"""The DNS door: what is asked, the real resolver, and a zone file for the sandbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson
from dns.exception import DNSException
from dns.rdata import Rdata
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, LRUCache, NoAnswer, Resolver

LOOKUP_SECONDS = 10.0  # for one question, over all name servers


class NoSuchDomain(Exception):
    """The name system says that the name does not exist: trying again will not help."""


class DnsUnavailable(Exception):
    """No answer to trust (SERVFAIL, time-out, bogus signature): nothing is known, so wait."""


class Dns(Protocol):
    """Each question answers with a list, empty when the name exists without such records.

    Raises NoSuchDomain or DnsUnavailable.
    """

    def mx(self, domain: str) -> list[tuple[int, str]]:
        """Preference and host name, without the final dot; a null MX has the empty name."""

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses of a host."""

    def txt(self, name: str) -> list[str]:
        """Each record's strings joined."""


class ResolverDns:
    """The system's resolver, with a cache that keeps to each record's own lifetime."""

    def __init__(self, patience: float = LOOKUP_SECONDS) -> None:
        self._resolver = Resolver()
        self._resolver.lifetime = patience
        self._resolver.cache = LRUCache(50_000)

    def mx(self, domain: str) -> list[tuple[int, str]]:
        return [
            (int(preference), name.rstrip("."))
            for preference, name in (text.split() for text in self._texts(domain, RdataType.MX))
        ]

    def addresses(self, name: str) -> list[str]:
        return [*self._texts(name, RdataType.AAAA), *self._texts(name, RdataType.A)]

    def txt(self, name: str) -> list[str]:
        return [
            b"".join(record.strings).decode("utf-8", "replace")
            for record in self._resolve(name, RdataType.TXT)
            if isinstance(record, TXT)
        ]

    def _texts(self, name: str, kind: RdataType) -> list[str]:
        return [record.to_text() for record in self._resolve(name, kind)]

    def _resolve(self, name: str, kind: RdataType) -> Iterable[Rdata]:
        try:
            return self._resolver.resolve(f"{name}.", kind)
        except NXDOMAIN:
            raise NoSuchDomain(name) from None
        except NoAnswer:
            return ()
        except DNSException as error:
            raise DnsUnavailable(type(error).__name__) from None


@dataclass(frozen=True)
class ZoneFileDns:
    """Names from a JSON file, for the sandbox.

    {"mx": {domain: [[preference, host]]}, "a": {host: [address]}, "txt": {name: [text]},
    "servfail": [name]}
    """

    mx_records: Mapping[str, list[tuple[int, str]]]
    a_records: Mapping[str, list[str]]
    txt_records: Mapping[str, list[str]]
    failing: frozenset[str]

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
        )

    def mx(self, domain: str) -> list[tuple[int, str]]:
        self._ask(domain)
        return list(self.mx_records.get(domain, ()))

    def addresses(self, name: str) -> list[str]:
        self._ask(name)
        return list(self.a_records.get(name, ()))

    def txt(self, name: str) -> list[str]:
        self._ask(name)
        return list(self.txt_records.get(name, ()))

    def _ask(self, name: str) -> None:
        if name in self.failing:
            raise DnsUnavailable("SERVFAIL")
        if not any(
            name in records for records in (self.mx_records, self.a_records, self.txt_records)
        ):
            raise NoSuchDomain(name)
