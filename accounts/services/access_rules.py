"""Changing from where a workspace opens, without shutting out whoever changes it."""

from collections.abc import Sequence

from accounts.networks import Network
from accounts.services import allow_list, protection
from accounts.sign_in_settings import NETWORKS
from audit.services import Actor


def change_networks(
    networks: Sequence[Network], *, reason: str, address: str, actor: Actor
) -> bool:
    """As `protection.change` does. Raises ListRefused for a list without its author's own network."""
    allow_list.require_author_inside(networks, address=address)
    wanted = {"ip_allow_list": list(networks)}
    return protection.change(NETWORKS, wanted, reason=reason, actor=actor)
