"""Which mail of the portal goes to a second address: that about messages which went there."""

from collections.abc import Sequence
from uuid import UUID

from contacts import queries as contacts
from delivery.fates import Claimed
from delivery.models import EscrowCode, EscrowEvent, EscrowItem, Message, MustArrive


def of_mail(mails: Sequence[Claimed]) -> dict[UUID, str]:
    """The second addresses by mail: of notices, reminders and codes that belong there."""
    people = [mail.contact_id for mail in mails]
    promises = MustArrive.objects.filter(contact__in=people)
    there = Message.objects.filter(
        contact__in=people, cause=Message.Cause.API, cause_id__in=promises.values("id")
    )
    items = list(EscrowItem.objects.filter(message__in=there).values_list("pk", flat=True))
    if not items:
        return {}
    causes = _causes(items, [mail.cause_id for mail in mails])
    wanted = [mail for mail in mails if mail.cause_id in causes]
    known = contacts.at_second_address([mail.contact_id for mail in wanted])
    addresses = {person.contact_id: str(person.identity["email"]) for person in known}
    return {mail.id: addresses.get(mail.contact_id, "") for mail in wanted}


def _causes(items: Sequence[UUID], causes: Sequence[UUID]) -> set[UUID]:
    """What a mail can be about that belongs to these: the item, an event of it, a code."""
    events = EscrowEvent.objects.filter(pk__in=causes, item__in=items)
    codes = EscrowCode.objects.filter(pk__in=causes, visit__item__in=items)
    return {
        *items,
        *events.values_list("pk", flat=True),
        *codes.values_list("pk", flat=True),
    }
