"""Networks from which a workspace may be opened. An empty list means: from everywhere."""

from collections.abc import Sequence
from ipaddress import ip_network

from accounts import queries
from accounts.models import User
from accounts.networks import Network, includes
from accounts.services.sign_in import actor_for
from audit import services as audit
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import tenant_scope

MOST_NETWORKS = 50


class NotFromHere(DomainError):
    """The workspace does not open from this network."""


class ListRefused(DomainError):
    """The list is not readable, or would lock its author out."""


def require(tenant: Tenant, user: User, *, address: str) -> None:
    """Raises NotFromHere; the workspace's own log shows who stood before the door."""
    with tenant_scope(tenant.id):
        networks = queries.security_settings().ip_allow_list
        if networks and not includes(networks, address):
            audit.record_denial("session.started", actor=actor_for(user), reason="network")
            raise NotFromHere(f"{tenant.name} opens from its own networks only.")


def read(text: str) -> list[Network]:
    """Networks from what somebody typed, one a line. Raises ListRefused with what to correct."""
    networks: list[Network] = []
    for line in filter(None, (part.strip() for part in text.replace(",", "\n").splitlines())):
        try:
            networks.append(ip_network(line))
        except ValueError:
            raise ListRefused(f"{line} is not a network. {_meant(line)}") from None
    if len(networks) > MOST_NETWORKS:
        raise ListRefused(f"Name at most {MOST_NETWORKS} networks.")
    return sorted(set(networks), key=lambda network: (network.version, network))


def require_author_inside(networks: Sequence[Network], *, address: str) -> None:
    """Raises ListRefused for a list that would lock out the person who writes it."""
    if networks and not includes(networks, address):
        raise ListRefused(
            f"Add the network that you are in now, with {address}, or you lock yourself out."
        )


def _meant(line: str) -> str:
    """10.4.0.7/23 -> "Did you mean 10.4.0.0/23?"; else what a network looks like."""
    try:
        return f"Did you mean {ip_network(line, strict=False)}?"
    except ValueError:
        return "A network looks like 203.0.113.0/24 or 2001:db8::/32."
