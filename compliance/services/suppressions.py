"""Addresses that get no mail."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance import queries
from compliance.addresses import require_address
from compliance.errors import NotLiftedBySystems, NotSuppressible
from compliance.facts import SuppressionReason
from compliance.models import Suppression


@transaction.atomic
def suppress(address: str, *, reason: SuppressionReason, source: str, actor: Actor) -> Suppression:
    """No mail goes to `address` from now on; repeating it keeps the first reason.

    What the person says counts over what others had said, which a system could lift. Raises
    NotSuppressible if the text is not an email address.
    """
    address = address.strip()
    try:
        require_address(address)
    except ValidationError as error:
        raise NotSuppressible("Enter one email address.") from error
    suppression, is_new = Suppression.objects.select_for_update().get_or_create(
        address_index=queries.address_index(address),
        defaults={"address": address, "reason": reason, "source": source},
    )
    is_the_persons = not suppression.is_the_persons_own and source in Suppression.PERSONS_OWN
    if is_the_persons:
        suppression.reason, suppression.source = reason.value, source
        suppression.save(update_fields=["reason", "source"])
    if is_new or is_the_persons:
        audit.record("suppression.added", actor=actor, on=suppression, reason=reason.value)
    return suppression


@transaction.atomic
def suppress_many(addresses: Sequence[str], *, reason: SuppressionReason, actor: Actor) -> int:
    """All of them or none, and one event for the list. Returns how many were not suppressed before."""
    rows = [
        Suppression(
            address_index=queries.address_index(address),
            address=address,
            reason=reason,
            source=Suppression.Source.IMPORT,
        )
        for address in addresses
    ]
    known = set(queries.suppressed(row.address_index for row in rows))
    new = [row for row in rows if bytes(row.address_index) not in known]
    Suppression.objects.bulk_create(new, batch_size=1_000, ignore_conflicts=True)
    audit.record(
        "suppression.list_added",
        actor=actor,
        reason=reason.value,
        sent=len(rows),
        added=len(new),
    )
    return len(new)


@transaction.atomic
def lift_for_system(address: str, *, why: str, actor: Actor) -> Suppression | None:
    """What a program knows better: that a mailbox works again, or what it said itself before.

    Returns what was lifted, or None if nothing was. Raises NotLiftedBySystems.
    """
    rows = Suppression.objects.select_for_update()
    suppression = rows.filter(address_index=queries.address_index(address)).first()
    if suppression is None:
        return None
    if suppression.is_the_persons_own:
        raise NotLiftedBySystems
    unsuppress(suppression, why=why, actor=actor)
    return suppression


@transaction.atomic
def unsuppress(suppression: Suppression, *, why: str, actor: Actor) -> None:
    """Mail may go to the address again, as far as consent allows."""
    audit.record(
        "suppression.removed", actor=actor, on=suppression, was=suppression.reason, why=why
    )
    Suppression.objects.filter(pk=suppression.pk).delete()
