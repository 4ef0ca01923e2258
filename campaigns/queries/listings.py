"""Lists of campaigns and templates."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Membership
from campaigns.models import Approval, Campaign, Template

PAGE_SIZE = 50
STATES = {
    "": "All",
    "drafts": "Drafts",
    "waiting": "Waiting",
    "scheduled": "Scheduled",
    "sending": "Sending",
    "sent": "Sent",
}
Status = Campaign.Status
IN_STATE = {
    "drafts": [Status.DRAFT],
    "waiting": [Status.SUBMITTED, Status.APPROVED],
    "scheduled": [Status.SCHEDULED],
    "sending": [Status.SENDING, Status.PAUSED],
    "sent": [Status.SENT, Status.CANCELED],
}


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Campaigns, newest first. `older` is the id to go on from, or empty."""

    campaigns: list[Campaign]
    state: str
    older: str


def with_parts() -> QuerySet[Campaign]:
    """Campaigns with the rows that their pages show, and what was decided about them last."""
    answers = Approval.objects.filter(campaign=OuterRef("pk")).order_by("-requested_at", "-id")
    return Campaign.objects.select_related("segment", "sender__domain").annotate(
        last_decision=Subquery(answers.values("decision")[:1])
    )


def campaigns(state: str, *, before: UUID | None = None) -> CampaignPage:
    rows = with_parts().order_by("-id")
    if state in IN_STATE:
        rows = rows.filter(status__in=IN_STATE[state])
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    older = str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""
    return CampaignPage(found[:PAGE_SIZE], state, older)


def templates() -> list[Template]:
    return list(Template.objects.filter(archived_at=None).order_by("-changed_at"))


def colleagues() -> list[Membership]:
    """Who a test may go to: members, whose addresses were verified when they joined."""
    rows = Membership.objects.filter(status=Membership.Status.ACTIVE)
    return list(rows.select_related("user").order_by("user__name"))
