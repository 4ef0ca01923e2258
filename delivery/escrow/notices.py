"""The mails of the portal: the notice that leads to a message, and the code. Neither holds PHI."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.template.loader import render_to_string

from delivery.escrow import keys
from delivery.models import EscrowCode, EscrowEvent, EscrowItem
from delivery.portal import dates
from delivery.portal.links import link_to
from delivery.portal.words import words_for
from tenancy.models import Tenant


class NothingToSay(Exception):
    """The message was closed, or the code replaced, before its mail could leave."""


@dataclass(frozen=True)
class Notice:
    subject: str
    html: str
    text: str


def compose(cause_id: UUID) -> Notice:
    """The mail for a portal item, an event of it or a code, by its id. Raises NothingToSay."""
    event = EscrowEvent.objects.filter(pk=cause_id).first()
    item_id = event.item_id if event else cause_id
    item = EscrowItem.objects.select_related("tenant").filter(pk=item_id).first()
    if item is not None and event is not None and event.kind == EscrowEvent.Kind.REMINDED:
        return _reminder(item)
    if item is not None:
        return _notice(item)
    code = EscrowCode.objects.select_related("visit__item__tenant").get(pk=cause_id)
    return _code(code)


def _notice(item: EscrowItem) -> Notice:
    link_key = item.notice_link_key
    if link_key is None:
        raise NothingToSay
    clinic: Tenant = item.tenant
    words = words_for(item.language)
    expires_on = dates.day(item.expires_at, words["language"], clinic.time_zone)
    context = {
        "words": words,
        "subject": words["notice_subject"].format(clinic=clinic.name),
        "lead": words["notice_lead"].format(clinic=clinic.name),
        "until": words["notice_until"].format(date=expires_on),
        "link": link_to(item.id, link_key, language=words["language"]),
        "access_key": keys.to_groups(link_key),
    }
    return _rendered("portal_notice", context)


def _reminder(item: EscrowItem) -> Notice:
    """Leads back to the notice: to repeat the link, we would have had to keep its key."""
    if item.status != EscrowItem.Status.WAITING:
        raise NothingToSay
    clinic: Tenant = item.tenant
    words = words_for(item.language)
    days = {
        name: dates.day(moment, words["language"], clinic.time_zone)
        for name, moment in (
            ("sent", item.reissued_at or item.deposited_at),
            ("until", item.expires_at),
        )
    }
    context = {
        "words": words,
        "subject": words["reminder_subject"].format(clinic=clinic.name),
        "lead": words["reminder_lead"].format(clinic=clinic.name, date=days["sent"]),
        "until": words["notice_until"].format(date=days["until"]),
    }
    return _rendered("portal_reminder", context)


def _code(code: EscrowCode) -> Notice:
    if code.digits is None:
        raise NothingToSay
    item: EscrowItem = code.visit.item
    clinic: Tenant = item.tenant
    words = words_for(item.language)
    context = {
        "words": words,
        "subject": words["code_subject"].format(clinic=clinic.name),
        "code": f"{code.digits[:4]} {code.digits[4:]}",
        "note": words["code_note"].format(clinic=clinic.name),
    }
    return _rendered("portal_code", context)


def _rendered(name: str, context: Mapping[str, object]) -> Notice:
    return Notice(
        subject=str(context["subject"]),
        html=render_to_string(f"delivery/email/{name}.html", context),
        text=render_to_string(f"delivery/email/{name}.txt", context),
    )
