"""Which addresses of staff the service's own mail does not reach, so that nobody waits for it."""

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import UnreachedAddress
from accounts.models.unreached import A_BOUNCE_TAKES
from tenancy import clock
from tenancy.keyring import KeyUnavailable, current_keys
from tenancy.scope import platform_scope


@transaction.atomic
def note_failure(address: str, reason: UnreachedAddress.Reason) -> None:
    """A mail to it was refused, given up, or given back."""
    UnreachedAddress.objects.update_or_create(
        address_index=_index(address),
        defaults={
            "address": address,
            "reason": reason,
            "failed_at": clock.now(),
            "accepted_at": None,
        },
    )


def note_acceptance(address: str) -> None:
    """A server took a mail to it, and may still give it back."""
    UnreachedAddress.objects.filter(address_index=_index(address), accepted_at=None).update(
        accepted_at=clock.now()
    )


def unreached(addresses: Collection[str]) -> dict[str, UnreachedAddress]:
    """Those of the addresses that mail of this workspace, or of the platform, does not reach."""
    found: dict[str, UnreachedAddress] = {}
    with suppress(KeyUnavailable):  # a workspace whose keys are off says nothing of its own mail
        found = _of(addresses)
    with platform_scope():
        return {**_of(addresses), **found}


def unreached_by_platform() -> QuerySet[UnreachedAddress]:
    """All that the platform's own mail does not reach, the latest first. For the platform's scope."""
    return UnreachedAddress.objects.filter(_still()).order_by("-failed_at")


def workspaces_with_unreached() -> dict[UUID, int]:
    """How many addresses that are for each workspace; which ones, its people page says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant, addresses FROM kernel.unreached_addresses(%s)",
            [clock.now() - A_BOUNCE_TAKES],
        )
        return dict(cursor.fetchall())


def _of(addresses: Collection[str]) -> dict[str, UnreachedAddress]:
    indexes = {_index(address): address for address in addresses}
    rows = UnreachedAddress.objects.filter(_still(), address_index__in=list(indexes))
    return {indexes[row.address_index]: row for row in rows}


def _still() -> Q:
    """A later mail has not proven them to be in order."""
    return Q(accepted_at=None) | Q(accepted_at__gt=clock.now() - A_BOUNCE_TAKES)


def _index(address: str) -> bytes:
    return current_keys().blind_index("accounts.unreached", address.strip().lower())
