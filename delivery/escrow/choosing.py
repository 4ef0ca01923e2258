"""A passphrase that a person chooses in the portal: part of the keys of their messages from then on.

It stands for no more than what the visit showed in which it was chosen: whoever got in with one fact gets no further.
"""

import secrets

from django.db import transaction

from audit import services as audit
from contacts import services as contacts
from contacts.models import Contact
from delivery.escrow import answers, keys, passphrases, services
from delivery.escrow.passphrases import PassphraseRefused
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit, PortalPasskey, PortalPassphrase


class PassphraseNotShown(PassphraseRefused):
    """It was not the passphrase that is to end."""


def may_choose(visit: EscrowVisit) -> bool:
    """Not over one that is in force: a stranger who got in must not lock a person out of their own."""
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
        raise PassphraseRefused("There is one already. End it first.")
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


def chosen_by_person(visit: EscrowVisit) -> PortalPassphrase | None:
    """The one that whoever was let in may end; one that was agreed on with staff is ended there."""
    in_force = passphrases.in_force(visit.item.contact_id) if visit.checked_at else None
    return in_force if in_force is not None and in_force.by_person else None


def is_known_by_passkey(visit: EscrowVisit, chosen: PortalPassphrase) -> bool:
    """A passkey let this visit in that is as strong. One that was made in the visit let nobody in."""
    used = PortalPasskey.objects.filter(
        contact_id=visit.item.contact_id,
        strength__gte=chosen.strength,
        last_used_at__range=(visit.began_at, visit.checked_at),
    )
    return visit.by_passkey and used.exists()


def end(visit: EscrowVisit, *, shown: bytes) -> None:
    """Later messages ask for facts again. `shown` is the proof of the passphrase, or empty.

    A wrong one counts as a wrong answer does. Raises Locked, PassphraseNotShown, or
    PassphraseRefused if there is none that the person chose.
    """
    with transaction.atomic():
        item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
        answers.refuse_if_locked(item)
        chosen = chosen_by_person(visit)
        if chosen is None:
            raise PassphraseRefused("There is no passphrase that you chose.")
        is_right = is_known_by_passkey(visit, chosen) or keys.matches(
            shown, passphrases.proof(item, chosen.stretched)
        )
        if is_right:
            passphrases.end(chosen.contact, actor=contacts.patient(chosen.contact_id))
            services.record(item, EscrowEvent.Kind.PASSPHRASE_ENDED)
        else:
            answers.record_answer(visit, item, is_right=False)
    if not is_right:
        actor = contacts.patient(item.contact_id)
        audit.record_denial("portal.passphrase_ended", actor=actor, on=item, reason="no match")
        raise PassphraseNotShown("This is not your passphrase.")


def end_by_typed(visit: EscrowVisit, typed: str) -> None:
    """For a browser without script, whose person's words come to us. Raises as `end` does."""
    chosen = chosen_by_person(visit)
    stretched = passphrases.stretch(typed, bytes(chosen.salt)) if chosen and typed else b""
    end(visit, shown=passphrases.proof(visit.item, stretched) if stretched else b"")
