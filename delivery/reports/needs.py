"""What needs this person, on Home: each from the app that knows it, most pressing first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from accounts import questions
from accounts.display import grouped
from accounts.http import SignedInRequest, role_of
from accounts.permissions import may
from campaigns.models import Approval
from campaigns.queries import approvals
from compliance.models import Alert, SenderDomain
from compliance.services import reviews
from delivery.escrow.unread import unread
from delivery.models import EscrowEvent, Message
from delivery.reports.deliverability.complaints import disliked
from delivery.reports.deliverability.pages import operator_label
from delivery.reports.filters import WEEK
from delivery.reports.worklists import replies, undelivered
from tenancy import clock

LISTED = 5


@dataclass(frozen=True)
class Need:
    icon: str
    tone: str
    title: str
    text: str
    url: str


def needs(request: SignedInRequest) -> list[Need]:
    """What waits for this person, most pressing first."""
    found = [
        *_alerts(request),
        *_approvals(request),
        *_sent_back(request),
        *_reviews(request),
        *_requests(request),
        *_domains(request),
        *_complaints(request),
    ]
    if may(request, "reports.people"):
        found += [*_worklists(), *_messages()]
    return found


def _approvals(request: SignedInRequest) -> Iterator[Need]:
    if not may(request, "campaigns.approve"):
        return
    waiting: list[Approval] = approvals.waiting()
    mine = [each for each in waiting if not each.was_written_by(request.actor.id)]
    for approval in mine[:LISTED]:
        yield Need(
            "certificate",
            "held",
            f"Approve {approval.campaign.name}",
            f"{approval.requested_by_name} asks. Nothing is sent before you decide.",
            reverse("campaigns:review", args=[approval.campaign_id]),
        )


def _sent_back(request: SignedInRequest) -> Iterator[Need]:
    if not may(request, "campaigns.edit"):
        return
    mine = [each for each in approvals.sent_back() if each.was_written_by(request.actor.id)]
    for approval in mine[:LISTED]:
        yield Need(
            "message-2",
            "held",
            f"{approval.campaign.name} was sent back",
            f"{approval.decided_by_name}: {approval.reason}",
            reverse("campaigns:detail", args=[approval.campaign_id]),
        )


def _alerts(request: SignedInRequest) -> Iterator[Need]:
    if not may(request, "alerts.answer"):
        return
    others = Alert.objects.filter(answered_at=None).exclude(person_id=request.actor.id)
    for alert in others.order_by("-raised_at")[:LISTED]:
        yield Need(
            "alert-triangle",
            "bad",
            f"{alert.person_name} {alert.deed}",
            _how_often(alert),
            reverse("compliance:alert", args=[alert.pk]),
        )


def _how_often(alert: Alert) -> str:
    if alert.is_about_domain:
        return f"Met by {alert.count:,} of your messages. Look into it."
    return f"{alert.count} times within {alert.span}. Look into it."


def _reviews(request: SignedInRequest) -> Iterator[Need]:
    due_at = reviews.due_for(request.actor) if may(request, "audit.review") else None
    if due_at is not None:
        yield Need(
            "list-check",
            "held" if due_at > clock.now() else "bad",
            "Review the audit log",
            f"Due {due_at:%d %B %Y}. Look through it and sign off.",
            reverse("compliance:reviews"),
        )


def _requests(request: SignedInRequest) -> Iterator[Need]:
    if role_of(request) is None:
        return
    for waiting in questions.waiting_for(request.membership)[:LISTED]:
        yield Need(
            "hourglass",
            "held",
            f"Decide: {waiting.sentence}",
            f"{waiting.request.requested_by_name} asks a second person.",
            reverse("requests:detail", args=[waiting.request.pk]),
        )


def _domains(request: SignedInRequest) -> Iterator[Need]:
    if not may(request, "domains.view"):
        return
    now = clock.now()
    for domain in SenderDomain.objects.order_by("domain"):
        if domain.checked_at and not domain.may_send(now):
            yield Need(
                "alert-triangle",
                "held",
                f"Records of {domain.domain} are not in place",
                "Campaigns from this domain wait until they are.",
                reverse("domains:detail", args=[domain.id]),
            )


def _complaints(request: SignedInRequest) -> Iterator[Need]:
    if not may(request, "reports.view"):
        return
    for each in disliked():
        yield Need(
            "alert-triangle",
            "bad" if each.is_grave else "held",
            f"{each.share:.1%} of your mail to {operator_label(each.operator)} was called spam",
            "From 0.3 % on, mail is turned away. Write to fewer people, and to those who asked for it.",
            reverse("reports:deliverability"),
        )


def _worklists() -> Iterator[Need]:
    """Who was not reached, and who wrote back."""
    if count := undelivered.waiting().count():
        late = undelivered.late()
        yield Need(
            "alert-triangle",
            "bad" if late else "held",
            f"{_messages_in_words(count)} about care did not arrive",
            f"{_late_in_words(late)}Reach these people in another way.",
            reverse("undelivered:list"),
        )
    if count := replies.in_state("").count():
        yield Need(
            "message-2",
            "held",
            "1 reply waits for an answer"
            if count == 1
            else f"{grouped(count)} replies wait for an answer",
            "People wrote back by email or in the portal.",
            reverse("replies:list"),
        )


def _messages_in_words(count: int) -> str:
    return "1 message" if count == 1 else f"{grouped(count)} messages"


def _late_in_words(late: int) -> str:
    return f"{grouped(late)} of them for more than two days. " if late else ""


def _messages() -> Iterator[Need]:
    """Messages that did not reach their person, and that nobody else will look after."""
    since = clock.now() - WEEK
    uncertain = Message.objects.filter(status=Message.Status.UNCERTAIN, settled_at__gte=since)
    lost = EscrowEvent.objects.filter(
        kind=EscrowEvent.Kind.NOTICE_FAILED, occurred_at__gte=since
    ).select_related("item")
    locked = EscrowEvent.objects.filter(kind=EscrowEvent.Kind.LOCKED, occurred_at__gte=since)
    if missed := unread().count():
        who = "1 person has" if missed == 1 else f"{grouped(missed)} people have"
        yield Need(
            "mail",
            "held",
            f"{who} not read a message in the portal",
            "It waits for two weeks or has expired. Reach them in another way.",
            f"{reverse('messages:list')}?state=unread",
        )
    for message in uncertain.order_by("-settled_at")[:LISTED]:
        yield Need(
            "help-circle",
            "muted",
            "Not known whether a message arrived",
            "The line broke before the server answered.",
            reverse("messages:story", args=[message.id]),
        )
    for event in [*lost[:LISTED], *locked.select_related("item")[:LISTED]]:
        was_locked = event.kind == EscrowEvent.Kind.LOCKED
        yield Need(
            "lock" if was_locked else "mail",
            "held",
            "A portal message is locked" if was_locked else "A portal notice did not arrive",
            "Reach this person in another way.",
            reverse("messages:story", args=[event.item.message_id]),
        )
