"""Messages and portal items with plausible defaults; a test names only what it is about."""

from typing import Any

from campaigns.models import Campaign
from contacts.models import Contact
from delivery.escrow import services as escrow
from delivery.escrow.services import Deposit
from delivery.letters.words import File
from delivery.models import EscrowItem, Message
from delivery.services import recipient_domains
from tenancy import clock
from tenancy.ids import uuid7
from tests.factories.campaigns import SENDER_DOMAIN


def make_campaign(**columns: Any) -> Campaign:
    """A campaign that has gone out, unless columns say other."""
    defaults: dict[str, Any] = {
        "name": "Mammogram reminder",
        "purpose": "care_gap",
        "content": {"subject": "A reminder", "preheader": "", "blocks": []},
        "status": Campaign.Status.SENT,
        "content_hash": "0" * 64,
        "send_at": clock.now(),
        "began_at": clock.now(),
        "ended_at": clock.now(),
    }
    return Campaign.objects.create(**defaults | columns)


def make_message(contact: Contact, **columns: Any) -> Message:
    """A campaign's message that a worker has settled into the portal, unless columns say other.

    `domain` is the name of the recipient's, which is kept beside.
    """
    message_id = uuid7()
    if domain := columns.pop("domain", ""):
        columns["domain_index"] = recipient_domains.keep([domain])[domain]
    defaults: dict[str, Any] = {
        "id": message_id,
        "cause": Message.Cause.CAMPAIGN,
        "cause_id": uuid7(),
        "contact": contact,
        "mail_class": Message.MailClass.CARE,
        "status": Message.Status.ESCROWED,
        "route": Message.Route.PORTAL,
        "message_id": f"<{message_id.hex}@{SENDER_DOMAIN}>",
        "settled_at": clock.now(),
    }
    return Message.objects.create(**defaults | columns)


def make_item(
    contact: Contact,
    *,
    reason: str = EscrowItem.Reason.PREFERS_PORTAL,
    language: str = "en",
    subject: str = "Your visit on 2 December",
    text: str = "Hello Ada, your mammogram is at 10:20.",
    html: str = "",
    files: tuple[File, ...] = (),
    **columns: Any,
) -> EscrowItem:
    """A message of a campaign in the portal; columns are the message's."""
    (item,) = escrow.deposit(
        [
            Deposit(
                message=make_message(contact, **columns),
                subject=subject,
                html=html or f"<p>{text}</p>",
                text=text,
                reason=EscrowItem.Reason(reason),
                language=language,
                files=files,
            )
        ]
    )
    return item
