"""Drafts of the portal's own mails: the notice that leads to a message, and the code."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from campaigns.compilation import Rendered
from campaigns.content.quoted import encode
from compliance import queries as compliance
from compliance.facts import SuppressionReason
from compliance.models import Sender
from contacts.models import Contact
from delivery import fates, routes
from delivery.drafts.campaign import LOOK_AGAIN
from delivery.drafts.draft import Draft, Letterhead
from delivery.drafts.letterheads import letterhead_of
from delivery.escrow import notices
from delivery.fates import Claimed
from delivery.must_arrive import second
from delivery.services.recording import Result
from tenancy import clock

AUTOMATIC = (("Auto-Submitted", "auto-generated"),)  # RFC 3834: no answers by machines


def draft_notices(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """A draft for each portal mail that still has something to say to an address that takes mail.

    Without a sender domain that may send, the mail waits: its keys and digits rest sealed meanwhile.
    """
    addresses = _addresses(messages)
    indexes = {pk: compliance.address_index(address) for pk, address in addresses.items()}
    suppressed = compliance.suppressed(indexes.values())
    letterheads: dict[str, Letterhead | None] = {}
    for message in messages:
        address = addresses[message.id]
        reason = suppressed.get(indexes[message.id])
        if reason or not address:
            yield Result(message, _unwanted(reason))
            continue
        domain = message.message_id.rstrip(">").rpartition("@")[2]
        if domain not in letterheads:
            letterheads[domain] = _letterhead(domain)
        letterhead = letterheads[domain]
        if letterhead is None:
            until = clock.now() + LOOK_AGAIN
            yield Result(message, fates.waiting("sender_not_proven", until=until))
        else:
            yield _draft(message, address, letterhead)


def _addresses(messages: Sequence[Claimed]) -> dict[UUID, str]:
    """By message: the person's own, or the second one where what it is about went there."""
    contacts = Contact.objects.in_bulk([message.contact_id for message in messages])
    own = {each.pk: str(each.identity.get("email") or "") for each in contacts.values()}
    return {message.id: own[message.contact_id] for message in messages} | second.of_mail(messages)


def _unwanted(reason: SuppressionReason | None) -> fates.Fate:
    return fates.unsendable(reason.value if reason else "no_address")


def _letterhead(domain: str) -> Letterhead | None:
    """Of who wrote the message that the notice leads to, or of another of the same domain.

    None while the domain has no sender, or its records are not in place.
    """
    senders = Sender.objects.select_related("domain").filter(domain__domain=domain)
    sender = senders.order_by("created_at").first()
    if sender is None or not sender.domain.may_send(clock.now()):
        return None
    return letterhead_of(sender)


def _draft(message: Claimed, address: str, letterhead: Letterhead) -> Draft | Result:
    try:
        notice = notices.compose(message.cause_id)
    except notices.NothingToSay:
        return Result(message, fates.canceled("nothing_to_say"))
    text = Rendered(notice.subject, encode(notice.text), encode(notice.html))
    return Draft(message, address, routes.WITHOUT_PHI, letterhead, "", lambda: text, AUTOMATIC)
