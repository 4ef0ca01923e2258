"""Public keys of OAuth2 clients: pasted, or read from where the system publishes them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import key_sets
from accounts.key_sets import KeySetRefused
from accounts.models import ApiKey
from audit import services as audit
from audit.services import Actor
from tenancy import clock, fetch
from tenancy.errors import DomainError
from tenancy.fetch import FetchFailed
from tenancy.web_address import WebAddressRefused

# A key that the system took off its list is believed for this long at most.
READ_EVERY = timedelta(hours=1)
# Whoever sends assertions with unknown kids must not make us call somebody without pause.
TRIED_EVERY = timedelta(minutes=1)
NOTHING: dict[str, Any] = {"keys": []}


class KeysNotReached(DomainError):
    """The address of the keys gives none."""


def fetched(url: str) -> dict[str, Any]:
    """The key set at an address. Raises KeysNotReached, KeySetRefused, WebAddressRefused, FetchFailed."""
    answer = fetch.door().get(url, {"Accept": "application/json"})
    if answer.status != 200:
        raise KeysNotReached(f"The address of the keys answers {answer.status}.")
    return key_sets.read(answer.body.decode("utf-8", "replace"))


def keys_of(client: ApiKey, kid: str) -> dict[str, Any]:
    """The client's keys, read anew once an hour, and at once for a kid that is not among them.

    No key while an address gives no keys for longer than that: what was withdrawn must not live on.
    """
    now = clock.now()
    if client.jwks_url and _is_due(client, kid, now):
        _read_anew(client, now)
    is_old = client.jwks_url and (client.jwks_read_at or now - READ_EVERY) <= now - READ_EVERY
    return NOTHING if is_old else client.jwks or NOTHING


@transaction.atomic
def change_keys(client: ApiKey, *, jwks: dict[str, Any], jwks_url: str, actor: Actor) -> None:
    """Other keys, from the next request on."""
    client = ApiKey.objects.select_for_update().get(pk=client.pk, way=ApiKey.Way.KEY_PAIR)
    client.jwks, client.jwks_url = jwks, jwks_url
    client.jwks_read_at, client.jwks_tried_at = clock.now(), None
    client.save(update_fields=["jwks", "jwks_url", "jwks_read_at", "jwks_tried_at"])
    audit.record("api_key.keys_changed", actor=actor, on=client, keys=len(jwks["keys"]))


def _is_due(client: ApiKey, kid: str, now: datetime) -> bool:
    is_known = any(key["kid"] == kid for key in (client.jwks or NOTHING)["keys"])
    return not is_known or client.jwks_read_at is None or client.jwks_read_at <= now - READ_EVERY


def _read_anew(client: ApiKey, now: datetime) -> None:
    """No transaction is open while the network is in use; one request a minute tries."""
    rested = Q(jwks_tried_at__isnull=True) | Q(jwks_tried_at__lte=now - TRIED_EVERY)
    if not ApiKey.objects.filter(rested, pk=client.pk).update(jwks_tried_at=now):
        return
    try:
        jwks = fetched(client.jwks_url)
    except (FetchFailed, WebAddressRefused, KeySetRefused, KeysNotReached) as failure:
        actor = Actor(kind="api_key", id=str(client.pk), name=client.name)
        reason = type(failure).__name__
        audit.record_denial("api_key.keys_read", actor=actor, on=client, reason=reason)
        return
    client.jwks, client.jwks_read_at = jwks, now
    client.save(update_fields=["jwks", "jwks_read_at"])
