"""Approvals: what waits, what is in force, whether it still covers what would be sent."""

from django.db.models import Exists, OuterRef

from accounts import rights
from campaigns.binding import changes, document_of, hash_of
from campaigns.models import Approval, Campaign
from campaigns.queries.writing import letterhead
from compliance import queries as compliance


def document(campaign: Campaign) -> dict[str, object]:
    """What an approval of the campaign would cover now."""
    return document_of(
        campaign, letterhead(counts_clicks=False, counts_opens=False), compliance.policy()
    )


def latest(campaign: Campaign) -> Approval | None:
    return Approval.objects.filter(campaign=campaign).order_by("-requested_at", "-id").first()


def in_force(campaign: Campaign) -> Approval | None:
    """The approval under which the campaign may be sent as it stands, or None.

    It falls with the right of who gave it: what waits for its time is looked at by somebody anew.
    """
    approval = latest(campaign)
    if approval is None or not approval.is_in_force():
        return None
    right = "campaigns.submit" if approval.is_self_attested else "campaigns.approve"
    if rights.has_lost(approval.decided_by, right):
        return None
    return approval if hash_of(document(campaign)) == approval.content_hash else None


def last_given(campaign: Campaign, before: Approval) -> Approval | None:
    """The approval before this one: what its reader has seen already."""
    earlier = Approval.objects.filter(
        campaign=campaign, decision=Approval.Decision.APPROVED, requested_at__lt=before.requested_at
    )
    return earlier.order_by("-requested_at").first()


def changed_since(approval: Approval, campaign: Campaign) -> list[str]:
    """What has changed since the question was asked, in words."""
    return changes(approval.document, document(campaign))


def waiting() -> list[Approval]:
    """Questions without an answer, longest first."""
    rows = Approval.objects.filter(decision="", voided_at=None, campaign__status="submitted")
    return list(rows.select_related("campaign").order_by("requested_at"))


def sent_back() -> list[Approval]:
    """The answers that drafts were sent back with and that nobody asked again after, newest first."""
    later = Approval.objects.filter(
        campaign=OuterRef("campaign"), requested_at__gt=OuterRef("requested_at")
    )
    rows = Approval.objects.filter(
        ~Exists(later), decision=Approval.Decision.REFUSED, campaign__status=Campaign.Status.DRAFT
    )
    return list(rows.select_related("campaign").order_by("-decided_at"))
