"""The doors of the product with nobody behind them: real classes with the real signatures."""

from dataclasses import dataclass, field

from delivery.wire.dns import DnsUnavailable, NoSuchDomain


@dataclass
class FakeDns:
    """Answers from dictionaries; a name in `failing` has a broken name server."""

    mx_records: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    a_records: dict[str, list[str]] = field(default_factory=dict)
    txt_records: dict[str, list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)

    def mx(self, domain: str) -> list[tuple[int, str]]:
        return self._answer(self.mx_records, domain)

    def addresses(self, name: str) -> list[str]:
        return self._answer(self.a_records, name)

    def txt(self, name: str) -> list[str]:
        return self._answer(self.txt_records, name)

    def _answer(self, records: dict[str, list], name: str) -> list:
        if name in self.failing:
            raise DnsUnavailable("SERVFAIL")
        if not any(name in known for known in (self.mx_records, self.a_records, self.txt_records)):
            raise NoSuchDomain(name)
        return records.get(name, [])
