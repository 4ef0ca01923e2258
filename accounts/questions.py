"""Reads: which requests for a second person somebody may see, and which wait for them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import countersign
from accounts.models import Countersignature, Membership
from accounts.permissions import role_may, who_may
from tenancy import clock

LISTED = 50


@dataclass(frozen=True)
class Question:
    """A request as one person sees it."""

    request: Countersignature
    sentence: str
    may_decide: bool
    is_own: bool
    who_may: str


@dataclass(frozen=True)
class Overview:
    """The page of requests: what waits for this person first."""

    to_decide: list[Question]
    waiting: list[Question]
    closed: list[Question]


def visible_to(membership: Membership) -> QuerySet[Countersignature]:
    """What somebody asked or may decide; all of it for who reads the audit log."""
    if role_may(membership.role, "audit.view"):
        return Countersignature.objects.all()
    kinds = countersign.decidable_by(membership.role)
    return Countersignature.objects.filter(
        Q(requested_by=str(membership.user_id)) | Q(kind__in=kinds)
    )


def waiting_for(membership: Membership) -> list[Question]:
    """What this person may decide now, the oldest first."""
    others = _open(membership).filter(kind__in=countersign.decidable_by(membership.role))
    rows = others.exclude(requested_by=str(membership.user_id)).order_by("requested_at")
    return [question(row, membership) for row in rows[:LISTED]]


def overview(membership: Membership) -> Overview:
    to_decide = waiting_for(membership)
    ids = [each.request.pk for each in to_decide]
    waiting = _open(membership).exclude(pk__in=ids).order_by("requested_at")[:LISTED]
    closed = visible_to(membership).exclude(decision="").order_by("-decided_at")[:LISTED]
    return Overview(
        to_decide,
        [question(row, membership) for row in waiting],
        [question(row, membership) for row in closed],
    )


def question(request: Countersignature, membership: Membership) -> Question:
    kind = countersign.kind_named(request.kind)
    is_own = UUID(request.requested_by) == membership.user_id
    return Question(
        request=request,
        sentence=kind.describe(request.payload),
        may_decide=request.is_open and not is_own and role_may(membership.role, kind.permission),
        is_own=is_own,
        who_may=who_may(kind.permission),
    )


def _open(membership: Membership) -> QuerySet[Countersignature]:
    return visible_to(membership).filter(decision="", expires_at__gt=clock.now())
