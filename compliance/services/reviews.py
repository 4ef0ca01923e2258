"""The regular review of the audit log: its plan, its views, its sign-off, and a word when it is late."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import PERMISSIONS
from accounts.services import protection
from audit import anchoring
from audit import services as audit
from audit.models import AuditEvent
from audit.services import SYSTEM, Actor
from compliance.models import Review, ReviewPlan, SavedView
from compliance.protective import REVIEWS
from compliance.trail import Filters
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

# Shown before it is late.
AHEAD = timedelta(days=3)
OPENED = "view.opened"


class NotReviewed(DomainError):
    """Who is not named as a reviewer signs nothing off."""


@transaction.atomic
def plan(reviewers: list[str], *, every_days: int, actor: Actor, reason: str = "") -> bool:
    """True if it holds from now on, False if a second person was asked for a longer interval.

    A shorter one counts from the last review. Raises NotAsked, and then nothing has changed.
    """
    wanted = {"reviewers": sorted(reviewers), "every_days": every_days}
    due_at = clock.now() + timedelta(days=every_days)
    made, is_first = ReviewPlan.objects.get_or_create(defaults={**wanted, "due_at": due_at})
    if not is_first:
        return protection.change(REVIEWS, wanted, reason=reason, actor=actor)
    audit.record("review.planned", actor=actor, on=made, **wanted)
    return True


def people() -> list[tuple[str, str]]:
    """Id and name of everybody who may be a reviewer."""
    members = _members().order_by("user__name", "pk")
    return [(str(member.user_id), member.user.name) for member in members]


def is_reviewer(actor: Actor) -> bool:
    made = ReviewPlan.objects.first()
    return made is not None and actor.id in made.reviewers


def due_for(actor: Actor) -> datetime | None:
    """When the log is to be reviewed, for a reviewer, shortly before that and from then on."""
    made = ReviewPlan.objects.filter(due_at__lte=clock.now() + AHEAD).first()
    return made.due_at if made and actor.id in made.reviewers else None


def since() -> datetime:
    """Where the next review begins: at the end of the last one, or with the first event."""
    last = Review.objects.order_by("-end").first()
    first = AuditEvent.objects.order_by("recorded_at").first()
    return last.end if last else first.recorded_at if first else clock.now()


def sign_off(*, note: str, actor: Actor) -> Review:
    """The log up to now was looked through. Not for an open transaction. Raises NotReviewed."""
    if not is_reviewer(actor):
        audit.record_denial("review.signed_off", actor=actor, reason="no reviewer")
        raise NotReviewed("Only the named reviewers sign off.")
    checkpoint = anchoring.fresh_checkpoint()
    with transaction.atomic():
        made = ReviewPlan.objects.select_for_update().get()
        begin, end = since(), clock.now()
        within = AuditEvent.objects.filter(recorded_at__gte=begin, recorded_at__lt=end)
        review = Review.objects.create(
            reviewer_id=actor.id,
            reviewer_name=actor.name,
            begin=begin,
            end=end,
            events=within.count(),
            views=looked_at(actor, begin),
            note=note,
            size=checkpoint.size,
            root=checkpoint.root,
        )
        made.due_at, made.reminded_at = end + timedelta(days=made.every_days), None
        made.save(update_fields=["due_at", "reminded_at"])
        audit.record(
            "review.signed_off", actor=actor, on=review, events=review.events, size=review.size
        )
    return review


def looked_at(actor: Actor, begin: datetime) -> list[str]:
    """Names of the saved views that this person opened since, as the log itself says."""
    events = AuditEvent.objects.filter(action=OPENED, actor_id=actor.id, recorded_at__gte=begin)
    opened = {UUID(object_id) for object_id in events.values_list("object_id", flat=True)}
    return sorted(view.name for view in SavedView.objects.filter(pk__in=opened))


@transaction.atomic
def save_view(name: str, filters: Filters, *, actor: Actor) -> SavedView:
    view = SavedView.objects.create(
        name=name,
        kind=filters.kind.value,
        actor_id=filters.actor_id,
        object_id=filters.object_id,
        is_whole=filters.is_whole,
        saved_by_name=actor.name,
    )
    audit.record("view.saved", actor=actor, on=view)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, actor: Actor) -> None:
    audit.record("view.deleted", actor=actor, on=view)
    view.delete()


def tenants_overdue() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.overdue_reviews()")
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def remind() -> None:
    """Once for each time it is late: the reviewers, or all who might be, if none of them is left."""
    late = ReviewPlan.objects.select_for_update().filter(reminded_at=None, due_at__lte=clock.now())
    made = late.first()
    if made is None:
        return
    made.reminded_at = clock.now()
    made.save(update_fields=["reminded_at"])
    audit.record("review.overdue", actor=SYSTEM, on=made)
    context = {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "link": url_on("staff", reverse("compliance:reviews", "config.urls.staff")),
    }
    members = list(_members().order_by("pk"))
    named = [member for member in members if str(member.user_id) in made.reviewers]
    for member in named or members:
        tenancy.queue_system_mail(to=member.user.email, kind="review_overdue", context=context)


def _members() -> QuerySet[Membership]:
    return Membership.objects.select_related("user").filter(
        role__in=PERMISSIONS["audit.review"], status=Membership.Status.ACTIVE
    )
