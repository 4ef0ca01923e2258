"""What Home shows: four numbers, what is going out, what needs somebody, what is left to set up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from accounts import questions
from accounts.display import grouped, percentage
from accounts.http import SignedInRequest, role_of
from accounts.permissions import may
from campaigns.models import Approval, Campaign
from campaigns.queries import approvals
from compliance import queries as compliance
from compliance.models import Alert, SenderDomain, Suppression
from compliance.services import reviews
from contacts.models import Contact
from delivery.models import EscrowEvent, EscrowItem, Message
from delivery.reports import figures, filters, pages
from delivery.reports.filters import WEEK
from tenancy import clock

LISTED = 5
Status = Campaign.Status


@dataclass(frozen=True)
class Figure:
    label: str
    value: int
    note: str
    url: str = ""


@dataclass(frozen=True)
class Need:
    icon: str
    tone: str
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class SetupStep:
    title: str
    is_done: bool
    verb: str
    url: str


def greeting(now: datetime) -> str:
    if now.hour < 12:
        return "Good morning"
    return "Good afternoon" if now.hour < 18 else "Good evening"


def figure_strip(request: SignedInRequest) -> list[Figure]:
    may_see_people = may(request, "reports.people")
    log = reverse("messages:list") if may_see_people else ""
    week = _of_the_week()
    tried = week["sent"] + week["failed"] + week["uncertain"]
    waiting = EscrowItem.objects.filter(status=EscrowItem.Status.WAITING).count()
    read = EscrowItem.objects.filter(read_at__isnull=False).count()
    contacts = Contact.objects.count()
    return [
        Figure(
            "Delivered by email, last 7 days",
            week["sent"],
            _share(week["sent"], tried, "sent by email"),
            log,
        ),
        Figure("Read in the secure portal", read, _share(read, read + waiting, "deposited"), log),
        Figure(
            "Need attention",
            week["held"] + week["failed"] + week["uncertain"],
            f"{week['held']} held, {week['failed']} failed, {week['uncertain']} uncertain",
            log and f"{log}?state=attention",
        ),
        Figure(
            "May receive care email",
            _reachable(),
            f"of {grouped(contacts)} contacts",
            reverse("contacts:list") if may(request, "contacts.view") else "",
        ),
    ]


def under_way(*, may_see_people: bool) -> list[tuple[Campaign, pages.Progress]]:
    """Campaigns of which something still has to leave, be it only at another try."""
    sending = Campaign.objects.filter(status__in=[Status.SENDING, Status.PAUSED])
    return [
        (campaign, pages.progress(campaign.id, may_see_people=may_see_people))
        for campaign in sending.order_by("-began_at")[:LISTED]
    ]


def needs(request: SignedInRequest) -> list[Need]:
    """What waits for this person, most pressing first."""
    found = [
        *_alerts(request),
        *_approvals(request),
        *_sent_back(request),
        *_reviews(request),
        *_requests(request),
        *_domains(request),
    ]
    if may(request, "reports.people"):
        found += _messages()
    return found


def setup(request: SignedInRequest) -> list[SetupStep]:
    """The steps to the first campaign; a link only for who may take it."""
    now = clock.now()
    domains = list(SenderDomain.objects.all())
    return [
        SetupStep(
            "Sign the business associate agreement",
            compliance.agreement_in_force() is not None,
            "Read and sign",
            _url(request, "baa.view", "compliance:agreement"),
        ),
        SetupStep(
            "Verify a sender domain",
            any(domain.may_send(now) for domain in domains),
            "Add a domain",
            _url(request, "domains.view", "domains:list"),
        ),
        SetupStep(
            "Bring contacts in",
            Contact.objects.exists(),
            "Import contacts",
            _url(request, "contacts.import", "contacts:import_start"),
        ),
        SetupStep(
            "Send a first campaign",
            Campaign.objects.filter(status__in=Campaign.WAS_STARTED).exists(),
            "New campaign",
            _url(request, "campaigns.edit", "campaigns:new"),
        ),
    ]


def _of_the_week() -> dict[str, int]:
    """What was meant for people: a test goes to a colleague, a notice beside what it announces."""
    recent = filters.recent()
    counts: dict[str, int] = filters.to_people().aggregate(
        sent=Count("id", filter=recent & Q(status=Message.Status.SENT)),
        failed=Count("id", filter=recent & Q(status=Message.Status.FAILED)),
        uncertain=Count("id", filter=recent & Q(status=Message.Status.UNCERTAIN)),
        held=Count("id", filter=Q(status=Message.Status.DEFERRED)),
    )
    return counts


def _reachable() -> int:
    """People with an address that nothing stops: the purpose-by-purpose answer is the gate's."""
    reachable = Contact.objects.filter(
        email_index__isnull=False, deceased_at=None, has_opted_out=False
    ).exclude(email_index__in=Suppression.objects.values("address_index"))
    return int(reachable.count())


def _share(part: int, whole: int, what: str) -> str:
    share = figures.share(part, whole)
    return f"Nothing was {what} yet" if share is None else f"{percentage(share)} of what was {what}"


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
            f"{alert.person_name} {alert.get_kind_display().lower()}",
            f"{alert.count} times within an hour. Look into it.",
            reverse("compliance:alert", args=[alert.pk]),
        )


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


def _messages() -> Iterator[Need]:
    """Messages that did not reach their person, and that nobody else will look after."""
    since = clock.now() - WEEK
    uncertain = Message.objects.filter(status=Message.Status.UNCERTAIN, settled_at__gte=since)
    lost = EscrowEvent.objects.filter(
        kind=EscrowEvent.Kind.NOTICE_FAILED, occurred_at__gte=since
    ).select_related("item")
    locked = EscrowEvent.objects.filter(kind=EscrowEvent.Kind.LOCKED, occurred_at__gte=since)
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


def _url(request: SignedInRequest, permission: str, name: str) -> str:
    return reverse(name) if may(request, permission) else ""
