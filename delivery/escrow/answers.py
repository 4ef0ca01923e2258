"""The code and the facts that a visitor must give.

A wrong answer is recorded before it is refused, so that refusing never rolls back the count.
"""

import hmac
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from audit import services as audit
from compliance import queries as compliance
from contacts import services as contacts
from contacts.models import Contact
from delivery import chronicle
from delivery.escrow import alarms, checks, factors, keys, passphrases, services, texts
from delivery.escrow.checks import Fact
from delivery.escrow.factors import Known, Questions, Strength
from delivery.models import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit, Message
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.ids import uuid7
from tenancy.keyring import current_keys

Kind = EscrowEvent.Kind
Facts = Mapping[Fact, date | str | None]


class WrongAnswer(DomainError):
    """The code or a fact does not match."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("Something does not match.")
        self.tries_left = tries_left


class CodeSpent(DomainError):
    """The code is too old, used, or was tried too often."""


class CodeUnderWay(DomainError):
    """Its mail is still being sent, so that nobody knows yet how safe its way was."""


class TooManyCodes(DomainError):
    """Three codes within an hour are enough."""


class Locked(DomainError):
    """Too many wrong answers today."""


@transaction.atomic
def send_code(visit: EscrowVisit) -> EscrowCode:
    """A fresh code by mail or to the phone; older ones stop working.

    Raises Locked or TooManyCodes; of a phone TextUnderWay or TextsUsedUp.
    """
    item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
    refuse_if_locked(item)
    visit.item = item
    number = texts.number_of(item.contact) if questions(visit).by_phone else ""
    if number:
        texts.refuse_too_soon_or_many(visit, number)
    codes = EscrowCode.objects.filter(visit__item=item)
    if not checks.may_send_code(list(codes.values_list("created_at", flat=True)), clock.now()):
        raise TooManyCodes("You asked for three codes within an hour.")
    codes.filter(spent_at=None).update(spent_at=clock.now(), digits=None)
    digits = checks.new_code()
    code = EscrowCode(id=uuid7(), visit=visit, digits=digits, by_phone=bool(number))
    code.digest = _code_digest(code.id, digits)
    code.save(force_insert=True)
    if number:
        texts.queue(code, number)
    else:
        _mail(code, item)
    return code


def _mail(code: EscrowCode, item: EscrowItem) -> None:
    mail = services.mail_about(item, cause_id=code.id, mail_class=Message.MailClass.CODE)
    mail.save(force_insert=True)
    chronicle.tell_born([mail])
    services.record(item, Kind.CODE_SENT)


@transaction.atomic
def settle_code(code_id: UUID, *, left_verified: bool) -> None:
    """Forget the digits of a code whose mail has left; remember whether it left a safe way."""
    code = EscrowCode.objects.select_for_update().get(pk=code_id)
    code.digits = None
    code.left_verified = left_verified
    code.save(update_fields=["digits", "left_verified"])


def needed(visit: EscrowVisit, *, is_certain: bool = False) -> Strength:
    """How strongly this visit must show who it is, as far as is known of the way that its code took.

    `is_certain`: what is not known of that way counts as unsafe.
    """
    item = visit.item
    # The last one that was mailed: a code by phone in its place makes the mailbox no safer.
    mailed = EscrowCode.objects.filter(visit=visit, by_phone=False).order_by("-id").first()
    left = True if mailed is None else mailed.left_verified
    return factors.required(
        item.reason,
        is_specially_protected=item.is_specially_protected,
        code_is_trusted=left is True or (left is None and not is_certain),
        must_agree=compliance.policy().portal_must_agree,
    )


def questions(visit: EscrowVisit, *, is_certain: bool = False) -> Questions:
    """What this visit must answer beside the code."""
    item = visit.item
    passphrase = passphrases.asked_for(item)
    known = Known(
        on_file=facts_on_file(item),
        spent=(Fact.BIRTH_DATE,) if is_birth_date_spent(item) else (),
        passphrase=passphrase.strength if passphrase else 0,
        is_in_keys=item.passphrase_id is not None,
        has_phone=bool(texts.number_of(item.contact)),
    )
    preferred = Fact(compliance.policy().portal_fact)
    return factors.questions(needed(visit, is_certain=is_certain), known, preferred=preferred)


def facts_on_file(item: EscrowItem) -> dict[Fact, str]:
    contact: Contact = item.contact
    known = {
        Fact.BIRTH_DATE: contact.identity.get("birth_date"),
        Fact.POSTAL_CODE: contact.attributes.get("postal_code"),
    }
    return {fact: str(value) for fact, value in known.items() if value}


def is_birth_date_spent(item: EscrowItem) -> bool:
    """Guessed at too often, until staff send a new link."""
    return item.birth_date_tries >= checks.BIRTH_DATE_TRIES


def answer(
    visit: EscrowVisit,
    *,
    code: str,
    birth_date: date | None = None,
    postal_code: str = "",
    passphrase_proof: bytes = b"",
) -> EscrowVisit:
    """Check the code and what else was asked. Raises Locked, CodeSpent, CodeUnderWay or WrongAnswer.

    The last counts. CodeUnderWay is for whoever reads along on an unsafe way and answers before we
    know that it was one: they could do with fewer facts.
    """
    facts = {Fact.BIRTH_DATE: birth_date, Fact.POSTAL_CODE: postal_code}
    with transaction.atomic():
        item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
        visit.item = item
        refuse_if_locked(item)
        current = _code_in_force(visit)
        visit.strength = _shown_by_right_answers(visit)
        same_code = hmac.compare_digest(
            _code_digest(current.id, checks.read_code(code)), bytes(current.digest)
        )
        is_right = _knows(visit, facts, passphrase_proof) and same_code
        current.tries += 1
        if is_right or current.tries >= checks.TRIES_PER_CODE:
            current.spent_at = clock.now()
        current.save(update_fields=["tries", "spent_at"])
        record_answer(visit, item, is_right=is_right)
    if not is_right:
        audit.record_denial(
            "portal.answer", actor=contacts.patient(item.contact_id), on=item, reason="no match"
        )
        raise WrongAnswer(checks.TRIES_PER_CODE - current.tries)
    return visit


def refuse_if_locked(item: EscrowItem) -> None:
    """Raises Locked after too many wrong answers, to this message or to the person's others."""
    now = clock.now()
    since = item.reissued_at or item.deposited_at
    # Staff who make a new link have spoken with the person: what was counted until then is over.
    of_person = EscrowItem.objects.filter(contact_id=item.contact_id)
    renewed = of_person.aggregate(last=Max("reissued_at"))["last"]
    wrong = EscrowEvent.objects.filter(
        item__contact_id=item.contact_id,
        kind=Kind.REFUSED,
        occurred_at__gt=now - checks.FAILURES_COUNT_FOR,
    ).values_list("item_id", "occurred_at")
    if checks.is_locked(
        of_message=[at for item_id, at in wrong if item_id == item.id and at > since],
        of_person=[at for _, at in wrong if renewed is None or at > renewed],
        now=now,
    ):
        raise Locked("Too many answers were wrong.")


def _code_in_force(visit: EscrowVisit) -> EscrowCode:
    """Raises CodeSpent, or CodeUnderWay where what is asked depends on how its mail leaves."""
    code = EscrowCode.objects.filter(visit=visit, spent_at=None).first()
    if code is None or _is_spent(code):
        raise CodeSpent("This code no longer works.")
    asked = questions(visit)
    is_unsettled = not code.by_phone and code.left_verified is None
    if is_unsettled and asked != questions(visit, is_certain=True):
        raise CodeUnderWay("The mail with this code is still being sent.")
    if code.by_phone != asked.by_phone:
        raise CodeSpent("This code went another way than it has to.")
    return code


def _shown_by_right_answers(visit: EscrowVisit) -> Strength:
    if questions(visit).by_phone:
        return max(needed(visit), Strength.AGREED)
    passphrase = passphrases.asked_for(visit.item)
    if passphrase is None or not questions(visit).passphrase:
        return needed(visit)
    return max(needed(visit), Strength(passphrase.strength))


def _knows(visit: EscrowVisit, given: Facts, passphrase_proof: bytes) -> bool:
    """Every answer is compared, so that the time taken does not tell which one was wrong."""
    item, asked = visit.item, questions(visit)
    on_file = facts_on_file(item)
    same = {fact: checks.is_right(fact, given[fact], on_file[fact]) for fact in asked.facts}
    if same.get(Fact.BIRTH_DATE) is False:
        item.birth_date_tries += 1
        item.save(update_fields=["birth_date_tries"])
    knows_passphrase = not asked.passphrase or _knows_passphrase(item, passphrase_proof)
    return bool(asked) and all(same.values()) and knows_passphrase


def _knows_passphrase(item: EscrowItem, shown: bytes) -> bool:
    agreed = passphrases.asked_for(item)
    return agreed is not None and keys.matches(shown, passphrases.proof(item, agreed.stretched))


def record_answer(visit: EscrowVisit, item: EscrowItem, *, is_right: bool) -> None:
    """Let the visit in, or count the refusal, in the caller's transaction."""
    if is_right:
        visit.checked_at = clock.now()
        visit.save(update_fields=["checked_at", "strength", "by_passkey"])
        services.record(item, Kind.CHECKED)
        return
    services.record(item, Kind.REFUSED)
    alarms.count_wrong_answer()
    try:
        refuse_if_locked(item)
    except Locked:
        services.record(item, Kind.LOCKED)
        audit.record("portal.locked", actor=contacts.patient(item.contact_id), on=item)


def _is_spent(code: EscrowCode) -> bool:
    return code.created_at + checks.CODE_LIFETIME <= clock.now()


def _code_digest(code_id: UUID, digits: str) -> bytes:
    """Keyed, as eight digits alone are quickly tried through."""
    key = current_keys().derive("portal-code")
    return hmac.digest(key, f"{code_id}|{digits}".encode(), "sha256")
