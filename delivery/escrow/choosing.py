"""A passphrase that a person chooses in the portal: part of the keys of their messages from then on.

It stands for no more than what the visit showed in which it was chosen: whoever got in with one fact gets no further.
"""

import secrets

from django.db import transaction

from audit import services as audit
from contacts import services as contacts
from contacts.models import Contact
from delivery.escrow import keys, passphrases
from delivery.escrow.passphrases import PassphraseRefused
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowVisit, PortalPassphrase


def may_choose(visit: EscrowVisit) -> bool:
    """One that is in force is ended by the clinic alone: a stranger who got in must not lock a person out of it."""
    is_in = visit.checked_at is not None and visit.strength is not None
    return is_in and passphrases.in_force(visit.item.contact_id) is None


@transaction.atomic
def choose(visit: EscrowVisit, *, salt: bytes, stretched: bytes) -> PortalPassphrase:
    """Keep what the browser made of it. Raises VisitEnded or PassphraseRefused."""
    if visit.checked_at is None or visit.strength is None:
        raise VisitEnded("Answer the questions first.")
    if (len(salt), len(stretched)) != (passphrases.SALT_SIZE, keys.KEY_SIZE):
        raise PassphraseRefused("This was not made of a passphrase.")
    contact = Contact.objects.select_for_update().get(pk=visit.item.contact_id)
    if not may_choose(visit):
        raise PassphraseRefused("There is one already. The clinic can end it.")
    chosen: PortalPassphrase = PortalPassphrase.objects.create(
        contact=contact, salt=salt, stretched=stretched, strength=visit.strength, by_person=True
    )
    audit.record("portal.passphrase_chosen", actor=contacts.patient(contact.pk), on=contact)
    return chosen


def choose_typed(visit: EscrowVisit, typed: str) -> PortalPassphrase:
    """For a browser without script, whose person's words come to us; they live for this call only.

    Raises VisitEnded or PassphraseRefused.
    """
    passphrases.refuse_length(typed)
    salt = secrets.token_bytes(passphrases.SALT_SIZE)
    return choose(visit, salt=salt, stretched=passphrases.stretch(typed, salt))
