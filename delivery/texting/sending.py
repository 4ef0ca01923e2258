"""Sends the codes that wait to go by phone, for as long as they work."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from delivery.escrow import checks, texts
from delivery.models import EscrowCode, PortalText
from delivery.portal.words import words_for
from delivery.texting.gateway import FOR_GOOD, Gateway, Text, TextNotTaken, Trouble
from tenancy import clock

logger = logging.getLogger(__name__)

# A turn is short: a gateway that is slow must not keep a worker from the mail that waits beside.
CHUNK = 5
# How long after a try the next one comes, which is longer than any try takes. The last goes on.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120))
LONGEST_NAME = 40  # a text is 160 signs, or 70 with accents; two of them are enough


def send_due(gateway: Gateway) -> int:
    """Claim, send, record. Returns how many texts were tried.

    A worker that dies between sending and recording leaves the same code to be sent again: it harms nobody.
    """
    claimed = _claim()
    for text_id in claimed:
        _send(text_id, gateway)
    return len(claimed)


def wording(code: EscrowCode) -> str:
    """Neutral on any lock screen; where even the clinic's name tells something, without it."""
    item = code.visit.item
    words, digits = words_for(item.language), f"{code.digits[:4]} {code.digits[4:]}"
    if item.is_specially_protected or item.reason == item.Reason.SPECIALLY_PROTECTED:
        return words["text_neutral"].format(code=digits)
    return words["text"].format(clinic=item.tenant.name[:LONGEST_NAME], code=digits)


@transaction.atomic
def _claim() -> list[UUID]:
    """Each is due again after a pause, which is what frees those of a worker that died."""
    waiting = PortalText.objects.filter(
        status=PortalText.Status.WAITING, due_at__lte=(now := clock.now())
    )
    claimed = list(waiting.select_for_update(skip_locked=True).order_by("due_at")[:CHUNK])
    for text in claimed:
        text.due_at = now + PAUSES[min(text.tries, len(PAUSES) - 1)]
        text.tries += 1
        text.save(update_fields=["due_at", "tries"])
    return [text.pk for text in claimed]


def _send(text_id: UUID, gateway: Gateway) -> None:
    try:
        texts.settle(text_id, reference=gateway.send(_text(text_id)))
    except TextNotTaken as refusal:
        _take_no(text_id, refusal)


def _take_no(text_id: UUID, refusal: TextNotTaken) -> None:
    """What another try could change stays as it is: it is due again after its pause."""
    if refusal.trouble is Trouble.REFUSED:
        logger.error("texts: the gateway refuses account or sender, status %d", refusal.status)
    if refusal.trouble in FOR_GOOD:
        texts.settle(text_id, trouble=refusal.trouble)


def _text(text_id: UUID) -> Text:
    """Raises TextNotTaken for a code that is over, or whose number is not the person's any more."""
    row = PortalText.objects.get(pk=text_id)
    code = EscrowCode.objects.select_related("visit__item__contact", "visit__item__tenant").get(
        pk=row.code_id
    )
    item = code.visit.item
    is_over = code.created_at + checks.CODE_LIFETIME <= clock.now() or not item.is_open
    if code.spent_at or code.digits is None or is_over:
        raise TextNotTaken(Trouble.LATE)
    number = texts.number_of(item.contact)
    if not number or texts.index_of(number) != bytes(row.number_index):
        raise TextNotTaken(Trouble.NUMBER)
    return Text(row.pk, number, wording(code))
