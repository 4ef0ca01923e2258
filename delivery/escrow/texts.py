"""Codes by phone: to which number, how many in a day, and what became of each."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance import queries as compliance
from compliance.models import Policy
from contacts.addresses import AddressError, normalize_phone
from contacts.models import Contact
from delivery.escrow import checks, services
from delivery.models import EscrowCode, EscrowEvent, EscrowVisit, PortalText
from delivery.texting import numbers
from delivery.texting.gateway import Trouble
from delivery.texting.numbers import NumberRefused
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.keyring import current_keys

Kind = EscrowEvent.Kind
Status = PortalText.Status
DAY = timedelta(days=1)
# Whoever asks for more reads nothing, and costs the clinic money: of all messages to that number together.
TEXTS_PER_NUMBER = 5
AGAIN_AFTER = timedelta(minutes=1)


class TextUnderWay(DomainError):
    """One was sent a moment ago: it may arrive yet."""


class TextsUsedUp(DomainError):
    """The number, or the workspace, got as many as a day may bring."""


def number_of(contact: Contact) -> str:
    """Where a code to this person goes by phone; empty if none may or can."""
    wanted, place = settings.TEXT_GATEWAY, compliance.policy().portal_phone
    if not wanted.is_there or place == Policy.PortalPhone.NONE:
        return ""
    is_own_field = place == Policy.PortalPhone.MOBILE_PHONE
    known = contact.attributes if is_own_field else contact.identity
    try:
        return numbers.textable(normalize_phone(str(known.get(place) or "")), wanted.countries)
    except (AddressError, NumberRefused):
        return ""


def index_of(number: str) -> bytes:
    return current_keys().blind_index("portal-text", number)


def refuse_too_soon_or_many(visit: EscrowVisit, number: str) -> None:
    """Raises TextUnderWay or TextsUsedUp. A text that failed may be asked for again at once."""
    now = clock.now()
    of_visit = PortalText.objects.filter(code__visit__item=visit.item_id)
    if of_visit.exclude(status=Status.FAILED).filter(created_at__gt=now - AGAIN_AFTER).exists():
        raise TextUnderWay("A text was sent a moment ago. Wait a minute.")
    today = PortalText.objects.filter(created_at__gt=now - DAY)
    of_number = today.filter(number_index=index_of(number)).count()
    if of_number >= TEXTS_PER_NUMBER or today.count() >= settings.TEXT_GATEWAY.daily_limit:
        raise TextsUsedUp("No more texts can be sent today.")


def queue(code: EscrowCode, number: str) -> None:
    """Let a worker send the code, in the caller's transaction."""
    PortalText.objects.create(code=code, number_index=index_of(number))
    services.record(code.visit.item, Kind.CODE_TEXTED)


def latest(visit: EscrowVisit) -> PortalText | None:
    """Of the code that works now, if it went by phone."""
    live = clock.now() - checks.CODE_LIFETIME
    texts = PortalText.objects.filter(code__visit=visit, code__created_at__gt=live)
    return texts.filter(code__spent_at=None).first()


def state(text: PortalText) -> str:
    """What the person is told of it."""
    if text.status == Status.WAITING:
        return "delayed" if text.tries > 1 else "under_way"
    if text.status == Status.SENT:
        return "sent"
    return "no_texts" if text.trouble == Trouble.NUMBER else "failed"


@transaction.atomic
def settle(text_id: UUID, *, reference: str = "", trouble: Trouble | None = None) -> None:
    """The text has left, or never will: the digits are forgotten, and the story says so.

    Of silence nobody knows whether the text came, so that the code goes on working.
    """
    text = PortalText.objects.select_for_update().get(pk=text_id)
    if text.status != Status.WAITING:
        return
    text.status = Status.FAILED if trouble else Status.SENT
    text.trouble, text.reference, text.due_at = trouble or "", reference, None
    text.save(update_fields=["status", "trouble", "reference", "due_at"])
    code = EscrowCode.objects.select_related("visit__item").get(pk=text.code_id)
    code.digits = None
    code.save(update_fields=["digits"])
    if trouble is None:
        services.record(code.visit.item, Kind.TEXT_SENT)
    else:
        services.record(code.visit.item, Kind.TEXT_FAILED, why=trouble.value)
