"""Networks in CIDR notation, as a column that PostgreSQL itself checks."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.db import models

Network = IPv4Network | IPv6Network


class NetworksField(models.Field):  # type: ignore[type-arg]
    """A list of networks: `cidr[]`, so that a host bit or a /33 never gets in."""

    def db_type(self, connection: Any) -> str:
        return "cidr[]"

    def from_db_value(self, value: list[str] | None, *_: Any) -> list[Network] | None:
        return None if value is None else [ip_network(network) for network in value]

    def to_python(self, value: Any) -> list[Network] | None:
        return self.from_db_value(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else [str(network) for network in value]

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::cidr[]"


def includes(networks: Sequence[Network], address: str) -> bool:
    """Whether one of the networks holds the address; an IPv4 address in IPv6 clothes is IPv4."""
    parsed = ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    seen = mapped or parsed
    return any(seen.version == network.version and seen in network for network in networks)


def opens_wider(new: Sequence[Network], old: Sequence[Network]) -> bool:
    """Whether some address may come in that could not before. No network at all means every network."""
    if not old:
        return False
    return not new or not all(any(_within(one, other) for other in old) for one in new)


def _within(one: Network, other: Network) -> bool:
    match one, other:
        case (IPv4Network(), IPv4Network()):
            return one.subnet_of(other)
        case (IPv6Network(), IPv6Network()):
            return one.subnet_of(other)
    return False
