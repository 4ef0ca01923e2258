"""Erasing one person. What stays is proof that can be found by whoever presents the address."""

from django.db import IntegrityError, transaction

from audit import services as audit
from audit.services import Actor
from compliance import erasure
from compliance.models import Suppression
from contacts.models import Contact
from contacts.services import left_out_rows
from contacts.services.left_out_rows import EMAIL, RECORD, Tokens
from tenancy.errors import DomainError
from tenancy.models import ErasureOrder
from tenancy.scope import current_tenant_id

LONGEST_REASON = 300
SHORTEST_REASON = 4


class NotErased(DomainError):
    """Without a reason, or a legal hold keeps the person's data."""


@transaction.atomic
def erase(contact: Contact, *, reason: str, actor: Actor) -> dict[str, int]:
    """Remove the person from every table for good. Table → rows that went. Raises NotErased."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise NotErased("Say why in a few words, without details of the person.")
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    identity = contact.identity
    order = _order(contact, identity)
    left_out_rows.forget(identity)
    try:
        with transaction.atomic():
            gone = erasure.erase(contact.pk)
    except IntegrityError as error:
        raise NotErased("A legal hold keeps this person's data. Release it first.") from error
    if order.suppressed_index is not None:
        erasure.keep_suppressed(order.suppressed_index)
    audit.record(
        "contact.erased",
        actor=actor,
        on=contact,
        reason=reason,
        rows=sum(gone.values()),
        record_token=order.record_token.hex(),
    )
    # Last: from here on a restore erases the person again.
    ErasureOrder.objects.bulk_create([order], ignore_conflicts=True)
    return gone


def order_of(kind: str, value: str) -> ErasureOrder | None:
    """The erasure of whoever had this record number or address (`kind`: record, email)."""
    found = ErasureOrder.objects.filter(tenant=current_tenant_id())
    return found.filter(**{f"{kind}_token": Tokens().of(kind, value)}).first()


def _order(contact: Contact, identity: dict[str, str]) -> ErasureOrder:
    email, tokens = identity.get("email"), Tokens()
    return ErasureOrder(
        tenant=current_tenant_id(),
        contact=contact.pk,
        record_token=tokens.of(RECORD, identity["external_id"]),
        email_token=tokens.of(EMAIL, email) if email else None,
        suppressed_index=_suppressed_index(contact),
    )


def _suppressed_index(contact: Contact) -> bytes | None:
    """Of an address that must not be mailed, now or after a new import.

    None for a mailbox that somebody else here reads too: its entry is theirs as well.
    """
    index = contact.email_index
    if index is None or Contact.objects.filter(email_index=index).exclude(pk=contact.pk).exists():
        return None
    is_listed = Suppression.objects.filter(address_index=index).exists()
    return index if contact.has_opted_out or is_listed else None
