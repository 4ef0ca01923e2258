"""Passphrases that a clinic and a person agree on outside of email: in the clinic, or on the phone."""

import re
import secrets
import unicodedata
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from contacts.models import Contact
from delivery.escrow import keys
from delivery.models import EscrowItem, PortalPassphrase
from tenancy import clock
from tenancy.errors import DomainError

# The browser must come to the same (static/js/portal-passphrase.js).
KIBIBYTES, PASSES = 65_536, 3
SALT_SIZE = 16
SHORTEST = 10
LONGEST = 200
SUGGESTED_GROUPS = 4  # of four letters: 80 bits


class PassphraseRefused(DomainError):
    """It is too short or too long to be used."""


def suggestion() -> str:
    """One that nobody else has, easy to say on the phone and to write down."""
    letters = [secrets.choice(keys.HAND_ALPHABET) for _ in range(SUGGESTED_GROUPS * 4)]
    return " ".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))


def plain(typed: str) -> str:
    """Capitals, spaces and hyphens do not count: people remember words, not how they wrote them."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", typed).lower())


def stretch(typed: str, salt: bytes) -> bytes:
    """Slow on purpose: 64 MiB and three passes (RFC 9106, 4: the second recommended choice)."""
    return hash_secret_raw(
        plain(typed).encode(), salt, PASSES, KIBIBYTES, 1, keys.KEY_SIZE, Type.ID
    )


def refuse_length(typed: str) -> None:
    """Raises PassphraseRefused."""
    if not SHORTEST <= len(plain(typed)) <= LONGEST:
        raise PassphraseRefused(
            f"Use {SHORTEST} to {LONGEST} letters and numbers; spaces do not count."
        )


@transaction.atomic
def agree(contact: Contact, typed: str, *, actor: Actor) -> PortalPassphrase:
    """From now on messages to the person are sealed with it. Raises PassphraseRefused.

    What waits already keeps the keys that it was sealed with.
    """
    refuse_length(typed)
    Contact.objects.select_for_update().get(pk=contact.pk)
    _end(contact)
    salt = secrets.token_bytes(SALT_SIZE)
    agreed = PortalPassphrase.objects.create(
        contact=contact, salt=salt, stretched=stretch(typed, salt)
    )
    audit.record("portal.passphrase_agreed", actor=actor, on=contact)
    return agreed


@transaction.atomic
def end(contact: Contact, *, actor: Actor) -> None:
    """Later messages ask for facts again."""
    if _end(contact):
        audit.record("portal.passphrase_ended", actor=actor, on=contact)


def in_force(contact_id: UUID) -> PortalPassphrase | None:
    return PortalPassphrase.objects.filter(contact_id=contact_id, ended_at=None).first()


def asked_for(item: EscrowItem) -> PortalPassphrase | None:
    """The one that the message is sealed with, else the one that was agreed on since."""
    return item.passphrase or in_force(item.contact_id)


def proof(item: EscrowItem, stretched: bytes) -> bytes:
    """What a browser shows instead of the passphrase; good for this message only."""
    return keys.passphrase_proof(stretched, item.id)


def proof_of_typed(item: EscrowItem, typed: str) -> bytes:
    """For a browser without script, whose person's words come to us; they live for this call only."""
    agreed = asked_for(item)
    return proof(item, stretch(typed, bytes(agreed.salt))) if agreed and typed else b""


def _end(contact: Contact) -> int:
    running = PortalPassphrase.objects.filter(contact=contact, ended_at=None)
    return running.update(ended_at=clock.now())
