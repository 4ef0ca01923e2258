"""Erasing one person. What stays is proof that can be found by whoever presents the address."""

import hmac

from django.db import IntegrityError, transaction

from audit import services as audit
from audit.services import Actor
from compliance import erasure
from compliance.models import Suppression
from contacts.models import Contact, ImportProblem
from tenancy.errors import DomainError
from tenancy.keyring import current_keys
from tenancy.models import ErasureOrder
from tenancy.scope import current_tenant_id
from tenancy.sealing import BLIND_INDEX_BYTES

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
    _forget_left_out_rows(identity)
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
    return found.filter(**{f"{kind}_token": token(kind, value)}).first()


def token(kind: str, value: str) -> bytes:
    """A fingerprint under a key of its own: it leads to the proof, and not back to the contact."""
    key = current_keys().derive(f"erased-person|{kind}")
    return hmac.digest(key, value.strip().lower().encode(), "sha256")[:BLIND_INDEX_BYTES]


def _order(contact: Contact, identity: dict[str, str]) -> ErasureOrder:
    email = identity.get("email")
    return ErasureOrder(
        tenant=current_tenant_id(),
        contact=contact.pk,
        record_token=token("record", identity["external_id"]),
        email_token=token("email", email) if email else None,
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


def _forget_left_out_rows(identity: dict[str, str]) -> None:
    """Rows of files that were not taken belong to nobody by key; their cells tell whose they are."""
    own = {
        str(identity[key]).strip().lower()
        for key in ("external_id", "email", "phone")
        if identity.get(key)
    }
    mentioning = [
        problem.pk
        for problem in ImportProblem.objects.iterator(chunk_size=500)
        if own & _words(problem.detail)
    ]
    ImportProblem.objects.filter(pk__in=mentioning).delete()


def _words(detail: object) -> set[str]:
    """Every text in the detail of a problem, however deep."""
    if isinstance(detail, dict):
        return _words(list(detail.values()))
    if isinstance(detail, list):
        return set().union(*map(_words, detail)) if detail else set()
    return {str(detail).strip().lower()}
