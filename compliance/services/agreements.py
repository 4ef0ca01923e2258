"""Signing, countersigning and ending a business associate agreement."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from audit import services as audit
from audit.services import Actor
from compliance import queries
from compliance.agreement_text import CURRENT_VERSION, fingerprint
from compliance.errors import AgreementNotInForce, AgreementNotPending, AgreementNotSignable
from compliance.models import Agreement
from compliance.purposes import Purpose
from tenancy import clock

ALREADY_WAITING = "An agreement is signed already and waits for Sealpost to countersign it."
TEXT_CHANGED = "The text is not the one that you read. Read it again and sign."


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs for a party, as they state it, and from which network address."""

    name: str
    title: str
    address: str
    actor: Actor


def sign_agreement(
    signature: Signature, *, permitted_purposes: Iterable[str], text_hash: str
) -> Agreement:
    """The current text, signed for the tenant; it waits for the platform's countersignature.

    An agreement already in force stays in force until then. Raises AgreementNotSignable, also if
    `text_hash` is not that of the text: people sign what they were shown.
    """
    purposes = [purpose for purpose in Purpose.values if purpose in set(permitted_purposes)]
    if not purposes:
        raise AgreementNotSignable("Choose at least one purpose for which mail may be sent.")
    text = queries.text_on_offer(purposes)
    if fingerprint(text) != text_hash:
        raise AgreementNotSignable(TEXT_CHANGED)
    try:
        with transaction.atomic():
            agreement = Agreement.objects.create(
                text_version=CURRENT_VERSION,
                text=text,
                text_hash=fingerprint(text),
                permitted_purposes=purposes,
                notify_within_hours=queries.NOTIFY_WITHIN_HOURS,
                signer_name=signature.name,
                signer_title=signature.title,
                signer_id=signature.actor.id,
                signer_address=signature.address,
                signed_at=clock.now(),
            )
            audit.record(
                "agreement.signed",
                actor=signature.actor,
                on=agreement,
                version=CURRENT_VERSION,
                text_hash=agreement.text_hash,
            )
    except IntegrityError as error:
        raise AgreementNotSignable(ALREADY_WAITING) from error
    return agreement


@transaction.atomic
def countersign(agreement: Agreement, signature: Signature) -> Agreement:
    """Put the agreement in force for the platform; an older one ends. Raises AgreementNotPending."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.status != Agreement.Status.SIGNED:
        raise AgreementNotPending("This agreement does not wait for a countersignature.")
    for older in Agreement.objects.select_for_update().filter(status=Agreement.Status.ACTIVE):
        _end(older, reason="Replaced by a newer agreement.", actor=signature.actor)
    agreement.status = Agreement.Status.ACTIVE
    agreement.countersigner_name = signature.name
    agreement.countersigner_title = signature.title
    agreement.countersigner_id = signature.actor.id
    agreement.countersigner_address = signature.address
    agreement.countersigned_at = clock.now()
    agreement.save(
        update_fields=[
            "status",
            "countersigner_name",
            "countersigner_title",
            "countersigner_id",
            "countersigner_address",
            "countersigned_at",
        ]
    )
    audit.record("agreement.countersigned", actor=signature.actor, on=agreement)
    return agreement


@transaction.atomic
def end_agreement(agreement: Agreement, *, reason: str, actor: Actor) -> Agreement:
    """Stop all mail at once: nothing goes out without an agreement. Raises AgreementNotInForce."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.status == Agreement.Status.ENDED:
        raise AgreementNotInForce("This agreement has already ended.")
    return _end(agreement, reason=reason, actor=actor)


def _end(agreement: Agreement, *, reason: str, actor: Actor) -> Agreement:
    agreement.status = Agreement.Status.ENDED
    agreement.ended_at = clock.now()
    agreement.end_reason = reason
    agreement.save(update_fields=["status", "ended_at", "end_reason"])
    audit.record("agreement.ended", actor=actor, on=agreement, reason=reason)
    return agreement
