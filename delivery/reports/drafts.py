"""Campaigns that somebody is in the middle of, and what the person who looks may do next with each."""

from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from accounts.http import SignedInRequest
from accounts.permissions import may
from campaigns.models import Campaign
from campaigns.queries import approvals, listings

LISTED = 5
Status = Campaign.Status


@dataclass(frozen=True)
class NextStep:
    """What comes next; a link if this person is the one who does it."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Draft:
    campaign: Campaign
    in_segment: int | None
    next_step: NextStep


def unfinished(request: SignedInRequest) -> list[Draft]:
    """The campaigns changed last that are not on their way yet."""
    found = (
        listings.with_parts()
        .filter(status__in=[Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.SCHEDULED])
        .order_by("-changed_at")[:LISTED]
    )
    mine = _to_decide(request)
    return [
        Draft(
            campaign,
            campaign.segment.people if campaign.segment else None,
            _next(request, campaign, mine),
        )
        for campaign in found
    ]


def _to_decide(request: SignedInRequest) -> Set[UUID]:
    """Campaigns that wait for a decision which this person may take."""
    if not may(request, "campaigns.approve"):
        return frozenset()
    return {
        each.campaign_id
        for each in approvals.waiting()
        if not each.was_written_by(request.actor.id)
    }


def _next(request: SignedInRequest, campaign: Campaign, to_decide: Set[UUID]) -> NextStep:
    page = reverse("campaigns:detail", args=[campaign.id])
    match campaign.status:
        case Status.DRAFT:
            if may(request, "campaigns.submit"):
                return NextStep("Finish and submit", page)
            return NextStep(f"{campaign.author_name} is writing it")
        case Status.SUBMITTED:
            if campaign.id in to_decide:
                return NextStep(
                    "Review and approve", reverse("campaigns:review", args=[campaign.id])
                )
            return NextStep("Somebody else approves")
        case Status.APPROVED:
            if may(request, "campaigns.send"):
                return NextStep("Send or schedule", page)
            return NextStep("A marketer sends or schedules it")
    return NextStep("Nothing to do")
