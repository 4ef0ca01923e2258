"""Reminders of messages that wait unread. They hold no key: the link is in the notice alone."""

from datetime import datetime, timedelta

from django.db import transaction

from delivery import chronicle
from delivery.escrow import services
from delivery.models import EscrowEvent, EscrowItem, Message
from tenancy import clock

AFTER = (services.REMIND_AFTER, timedelta(days=10))
Kind = EscrowEvent.Kind


def next_after(deposited_at: datetime, moment: datetime, expires_at: datetime) -> datetime | None:
    """When to remind next, later than `moment`; None if the message is gone by then, or no more are due."""
    due = [deposited_at + wait for wait in AFTER]
    return next((at for at in due if moment < at < expires_at), None)


@transaction.atomic
def remind_due(limit: int = 500) -> int:
    """Queue a mail for each message whose reminder is due. Returns how many.

    Nobody is reminded of a message whose notice has not left or did not arrive: that is for staff.
    """
    now = clock.now()
    due = EscrowItem.objects.select_for_update(skip_locked=True, of=["self"]).filter(
        status=EscrowItem.Status.WAITING, remind_at__lte=now
    )
    items = list(due.select_related("message").order_by("pk")[:limit])
    arrived = EscrowEvent.objects.filter(item__in=items, kind=Kind.NOTICE_ACCEPTED)
    told = set(arrived.values_list("item_id", flat=True))
    mails = []
    for item in items:
        item.remind_at = next_after(item.deposited_at, now, item.expires_at)
        item.save(update_fields=["remind_at"])
        if item.id in told:
            event = services.record(item, Kind.REMINDED)
            notice = Message.MailClass.NOTICE
            mails.append(services.mail_about(item, cause_id=event.id, mail_class=notice))
    chronicle.tell_born(Message.objects.bulk_create(mails))
    return len(mails)
