"""Passkeys in the portal: offered to who has opened a message, asked for at the next one."""

import secrets

from django.db import IntegrityError, transaction

from accounts import passkeys as webauthn
from accounts.passkeys import Holder, PasskeyRefused
from accounts.services.passkeys import CHALLENGE_BYTES, CHALLENGE_LASTS
from audit import services as audit
from audit.services import Actor
from contacts import services as contacts
from contacts.models import Contact
from delivery.escrow import answers
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit, PortalPasskey
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.models import Tenant

SITE = "portal"
Kind = EscrowEvent.Kind


def of_visit(visit: EscrowVisit) -> list[PortalPasskey]:
    """The person's, as far as they were made with all that this message needs."""
    return list(
        PortalPasskey.objects.filter(
            contact_id=visit.item.contact_id, strength__gte=answers.needed(visit)
        )
    )


def ask(visit: EscrowVisit) -> str:
    """A question for the browser of this visit: to make a passkey once it was let in, else to use one."""
    visit.challenge, visit.asked_at = secrets.token_bytes(CHALLENGE_BYTES), clock.now()
    visit.save(update_fields=["challenge", "asked_at"])
    if visit.checked_at is None:
        return webauthn.authentication_options(visit.challenge, of_visit(visit), site=SITE)
    clinic = Tenant.objects.get(pk=visit.item.tenant_id)
    holder = Holder(visit.item.contact_id.bytes, clinic.name, clinic.name)
    existing = list(PortalPasskey.objects.filter(contact_id=visit.item.contact_id))
    return webauthn.registration_options(holder, visit.challenge, existing, site=SITE)


def set_up(visit: EscrowVisit, answer: str) -> PortalPasskey:
    """Keep the passkey that the person's browser made. Raises PasskeyRefused or VisitEnded."""
    if visit.checked_at is None or visit.strength is None:
        raise VisitEnded("Answer the questions first.")
    new = webauthn.verify_registration(answer, _use_up(visit), site=SITE)
    passkey = PortalPasskey(
        contact_id=visit.item.contact_id,
        credential=_index(new.credential_id),
        credential_id=new.credential_id,
        public_key=new.public_key,
        transports=webauthn.transports_in(answer),
        sign_count=new.sign_count,
        strength=visit.strength,
    )
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
            EscrowVisit.objects.filter(pk=visit.pk).update(by_passkey=True)
            actor = contacts.patient(visit.item.contact_id)
            audit.record("portal.passkey_set_up", actor=actor, on=visit.item)
    except IntegrityError:
        raise PasskeyRefused("This passkey is set up already.") from None
    return passkey


def use(visit: EscrowVisit, answer: str) -> None:
    """Let the visit in. Raises Locked, or PasskeyRefused, which counts as a wrong answer."""
    with transaction.atomic():
        item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
        answers.refuse_if_locked(item)
        refusal = _refusal(visit, answer, _use_up(visit))
        answers.record_answer(visit, item, is_right=refusal is None)
    if refusal is not None:
        actor = contacts.patient(item.contact_id)
        audit.record_denial("portal.passkey", actor=actor, on=item, reason="not accepted")
        raise refusal


@transaction.atomic
def remove_all(contact: Contact, *, actor: Actor) -> int:
    """Codes and facts are asked again. Returns how many there were."""
    removed, _ = PortalPasskey.objects.filter(contact=contact).delete()
    if removed:
        audit.record("portal.passkeys_removed", actor=actor, on=contact, passkeys=removed)
    return removed


def _refusal(visit: EscrowVisit, answer: str, challenge: bytes) -> PasskeyRefused | None:
    """What speaks against the answer; of a right one the passkey's counter is kept."""
    try:
        index = _index(webauthn.credential_id_in(answer))
        allowed = {each.pk for each in of_visit(visit)}
        rows = PortalPasskey.objects.select_for_update().filter(pk__in=allowed, credential=index)
        passkey = rows.first()
        if passkey is None:
            return PasskeyRefused(webauthn.REFUSED)
        seen = webauthn.verify_use(answer, challenge, passkey, site=SITE)
    except PasskeyRefused as refusal:
        return refusal
    passkey.sign_count, passkey.last_used_at = seen.sign_count, clock.now()
    passkey.save(update_fields=["sign_count", "last_used_at"])
    visit.strength, visit.by_passkey = passkey.strength, True
    return None


def _use_up(visit: EscrowVisit) -> bytes:
    """The question is answered once, whatever the answer. Raises PasskeyRefused if there is none."""
    asked = EscrowVisit.objects.filter(
        pk=visit.pk, challenge__isnull=False, asked_at__gt=clock.now() - CHALLENGE_LASTS
    )
    challenge = asked.values_list("challenge", flat=True).first()
    if challenge is None or not asked.update(challenge=None):
        raise PasskeyRefused("This took too long, or was answered already. Try again.")
    return bytes(challenge)


def _index(credential_id: bytes) -> bytes:
    return current_keys().blind_index("portal-passkey", credential_id.hex())
