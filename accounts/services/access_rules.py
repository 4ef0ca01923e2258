"""Changing from where a workspace opens. Narrower holds at once; wider needs a second person."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

from django.db import transaction

from accounts.models import SecuritySettings
from accounts.networks import Network
from accounts.services import allow_list, countersignatures
from audit import services as audit
from audit.services import Actor

WIDEN = "networks.widen"


def change_networks(
    networks: Sequence[Network], *, reason: str, address: str, actor: Actor
) -> bool:
    """True if the list holds from now on, False if a second person was asked.

    Raises ListRefused for a list without its author's own network, and NotAsked.
    """
    allow_list.require_author_inside(networks, address=address)
    with transaction.atomic():
        settings = locked_settings()
        if allow_list.is_looser(networks, settings.ip_allow_list):
            payload = {"networks": [str(network) for network in networks]}
            countersignatures.ask(WIDEN, payload=payload, reason=reason, actor=actor, on=settings)
            return False
        _save(settings, networks, actor)
    return True


def widen(payload: dict[str, Any], _asked_by: Actor, actor: Actor) -> None:
    """What a second person granted."""
    _save(locked_settings(), [ip_network(network) for network in payload["networks"]], actor)


def described(payload: dict[str, Any]) -> str:
    networks = payload["networks"]
    if not networks:
        return "Open this workspace from every network"
    return f"Open this workspace from {', '.join(networks)}"


def locked_settings() -> SecuritySettings:
    """The workspace's row, made if there is none, for the caller's transaction."""
    SecuritySettings.objects.bulk_create([SecuritySettings()], ignore_conflicts=True)
    return SecuritySettings.objects.select_for_update().get()


def _save(settings: SecuritySettings, networks: Sequence[Network], actor: Actor) -> None:
    before = [str(network) for network in settings.ip_allow_list]
    settings.ip_allow_list = list(networks)
    settings.save(update_fields=["ip_allow_list"])
    after = [str(network) for network in networks]
    changed = {"networks": {"was": before, "is": after}}
    audit.record("networks.changed", actor=actor, on=settings, changed=changed)
