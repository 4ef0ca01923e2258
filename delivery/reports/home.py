"""What Home shows: four numbers, what is going out, what needs somebody, what is left to set up."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from accounts.display import grouped, percentage
from accounts.http import SignedInRequest
from accounts.permissions import may
from campaigns.models import Campaign
from compliance import queries as compliance
from compliance.models import SenderDomain, Suppression
from contacts.models import Contact
from delivery.models import EscrowItem, Message
from delivery.reports import figures, filters, pages
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


def _url(request: SignedInRequest, permission: str, name: str) -> str:
    return reverse(name) if may(request, permission) else ""
