"""Requests for email without full protection: a warned person's wish, in the ledger like any other."""

from dataclasses import dataclass

from django.db import transaction

from audit.services import Actor
from contacts.models import ConsentRecord, Contact
from contacts.models.consent import UNPROTECTED
from contacts.services.consent import (
    GRANTED,
    ConsentRefused,
    Evidence,
    keep,
    ledger_row,
    withdraw,
)
from contacts.unprotected import VERSION, Basis, Scope
from tenancy import clock


@dataclass(frozen=True)
class Request:
    """What the person asked for, and on which ground."""

    scope: Scope
    basis: Basis


@transaction.atomic
def record_unprotected(
    contact: Contact, request: Request, *, evidence: Evidence, actor: Actor
) -> ConsentRecord:
    """Note that the person was warned and asked for it all the same, for the address on file alone.

    Raises ConsentRefused without an address, without a source, and for a day to come.
    """
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    mailbox = str(contact.identity.get("email") or "")
    if not mailbox:
        raise ConsentRefused("There is no email address on file that this could be about.")
    if not evidence.source.strip() or not evidence.wording.strip():
        raise ConsentRefused("Say how the person asked, and what they were told.")
    if evidence.said_at is not None and evidence.said_at > clock.now():
        raise ConsentRefused("A person cannot have asked on a day to come.")
    contact.consents[UNPROTECTED] = GRANTED
    contact.save(update_fields=["consents"])
    record = ledger_row(contact.pk, UNPROTECTED, GRANTED, evidence, actor)
    record.kind = ConsentRecord.Kind.UNPROTECTED
    record.evidence |= {
        "scope": request.scope.value,
        "basis": request.basis.value,
        "mailbox": mailbox,
        "warning": VERSION,
    }
    return keep(contact, record, actor)


def protect_again(contact: Contact, *, evidence: Evidence, actor: Actor) -> None:
    """Take the request back: from now on nothing leaves below the floor. Repeat-safe."""
    if contact.consents.get(UNPROTECTED) == GRANTED:
        withdraw(contact, purposes=[UNPROTECTED], evidence=evidence, actor=actor)
