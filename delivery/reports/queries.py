"""Reads of messages for reports: groups with the same fate, and the people in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Min, Q, QuerySet, Value, When

from contacts.models import Activity
from delivery.models import EscrowEvent, EscrowItem, Message, MessageEvent, Reaction
from delivery.queries.waiting import of_campaign
from delivery.reports.figures import Group
from delivery.services import recipient_domains
from delivery.tracking import queries as tracking
from tenancy import clock

Status = Message.Status
BEHIND = {
    "segment": Q(),
    "allowed": ~Q(status=Status.SKIPPED),
    "handed_over": Q(status__in=[Status.SENT, Status.ESCROWED]),
    # Bounced later is not accepted any more: see `behind`.
    "accepted": Q(status=Status.SENT),
    "tls": Q(status=Status.SENT, route=Message.Route.TLS),
    "plain": Q(status=Status.SENT, route=Message.Route.PLAIN),
    "portal": Q(status=Status.ESCROWED),
    "read": Q(status=Status.ESCROWED),
    "unannounced": Q(status=Status.ESCROWED),
    "held": Q(status=Status.DEFERRED),
    "failed": Q(status=Status.FAILED),
    "uncertain": Q(status=Status.UNCERTAIN),
    "waiting": Q(status__in=[Status.QUEUED, Status.LEASED, Status.IN_DATA]),
    "skipped": Q(status=Status.SKIPPED),
    "canceled": Q(status=Status.CANCELED),
    "opened": Q(),
    "clicked": Q(),
}
DONE = {"opened": Reaction.Kind.OPENED, "clicked": Reaction.Kind.CLICKED}


def fates(campaign_id: UUID) -> list[Group]:
    """The campaign's messages by fate: one cheap query, for what is looked at every second."""
    rows = (
        of_campaign(campaign_id)
        .values_list("status", "route", "tls_version", "reason")
        .annotate(count=Count("id"))
    )
    return [
        Group(status, route, "", tls_version, bounced=False, reason=reason, count=count)
        for status, route, tls_version, reason, count in rows
    ]


def groups(campaign_id: UUID) -> list[Group]:
    """The same by domain as well, with what came back later."""
    rows = (
        of_campaign(campaign_id)
        .annotate(
            is_bounced=_is_in(bounced_messages(campaign_id)),
            is_read=_is_in(read_messages(campaign_id)),
        )
        .values_list(
            "status", "route", "domain_index", "tls_version", "is_bounced", "reason", "is_read"
        )
        .annotate(count=Count("id"))
    )
    found = list(rows)
    domains = recipient_domains.named({row[2] for row in found if row[2]})
    return [
        Group(
            status,
            route,
            domains.get(index, ""),
            tls_version,
            bounced=is_bounced,
            reason="bounced_later" if is_bounced else reason,
            count=count,
            is_read=is_read,
        )
        for status, route, index, tls_version, is_bounced, reason, is_read, count in found
    ]


def _is_in(messages: QuerySet[Any, Any]) -> Case:
    return Case(
        When(id__in=messages, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


def next_try(campaign_id: UUID) -> datetime | None:
    """When the first message that a server put off is tried again: now, if that is overdue."""
    held = of_campaign(campaign_id).filter(BEHIND["held"])
    due: datetime | None = held.aggregate(first=Min("due_at"))["first"]
    return due and max(due, clock.now())


def bounced_messages(campaign_id: UUID) -> QuerySet[Any, Any]:
    """Ids of messages that a server accepted and later gave back."""
    events = MessageEvent.objects.filter(
        kind=MessageEvent.Kind.BOUNCED, message__in=of_campaign(campaign_id).values("id")
    )
    return events.values("message_id")


def read_in_portal(campaign_id: UUID) -> int:
    return int(read_messages(campaign_id).count())


def read_messages(campaign_id: UUID) -> QuerySet[Any, Any]:
    """Ids of those that were opened in the portal."""
    items = EscrowItem.objects.filter(
        message__in=of_campaign(campaign_id).values("id"), read_at__isnull=False
    )
    return items.values("message_id")


def unannounced_messages(campaign_id: UUID) -> QuerySet[Any, Any]:
    """Ids of those in the portal where nobody finds them: the notice did not arrive."""
    lost = EscrowEvent.objects.filter(
        kind=EscrowEvent.Kind.NOTICE_FAILED,
        item__message__in=of_campaign(campaign_id).values("id"),
        item__read_at__isnull=True,
    )
    return lost.values("item__message_id").distinct()


def people_who(campaign_id: UUID, kind: Activity.Kind) -> int:
    """How many people did something because of the campaign."""
    done = Activity.objects.filter(kind=kind, cause=Message.Cause.CAMPAIGN, cause_id=campaign_id)
    return int(done.values("contact").distinct().count())


def people_who_withdrew(campaign_id: UUID) -> int:
    """How many people stopped this kind of mail from a message of the campaign."""
    withdrew = MessageEvent.objects.filter(
        kind=MessageEvent.Kind.UNSUBSCRIBED,
        message__cause=Message.Cause.CAMPAIGN,
        message__cause_id=campaign_id,
    )
    return int(withdrew.values("message").distinct().count())


def behind(campaign_id: UUID, outcome: str, reason: str = "") -> QuerySet[Message]:
    """The messages that a number of the report counts. Raises KeyError for an unknown outcome."""
    found = of_campaign(campaign_id).filter(BEHIND[outcome])
    bounced = bounced_messages(campaign_id)
    if outcome in {"accepted", "tls", "plain", "portal"}:
        found = found.exclude(id__in=bounced)
    if outcome == "failed":
        found = of_campaign(campaign_id).filter(BEHIND[outcome] | Q(id__in=bounced))
        if reason == "bounced_later":
            return found.filter(id__in=bounced)
    if outcome == "read":
        found = found.filter(id__in=read_messages(campaign_id))
    if outcome in DONE:
        found = found.filter(id__in=tracking.reacted(campaign_id, DONE[outcome]))
    if outcome == "unannounced":
        found = found.filter(id__in=unannounced_messages(campaign_id))
    return found.filter(reason=reason) if reason else found
