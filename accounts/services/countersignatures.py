"""Asking a second person, and the answer. What was granted happens in the answer's transaction."""

from uuid import UUID

from django.db import models, transaction
from django.urls import reverse

from accounts import countersign, queries
from accounts.models import Countersignature, Membership
from accounts.models.countersignatures import REQUEST_LASTS
from accounts.permissions import PERMISSIONS, role_may
from audit import services as audit
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

Decision = Countersignature.Decision
LONGEST_REASON = 1000
ANSWER = ["decision", "decided_by", "decided_by_name", "decided_at"]


class NotAsked(DomainError):
    """The question cannot be put: without a reason, twice, or to nobody."""


class NotDecided(DomainError):
    """The question is answered, or this person may not answer it."""


@transaction.atomic
def ask(
    kind: str,
    *,
    payload: countersign.Payload,
    reason: str,
    actor: Actor,
    on: models.Model | None = None,
) -> Countersignature:
    """Ask a second person to let `kind` happen, and mail those who may.

    Raises NotAsked without a reason, while the same is asked already, and if nobody else may.
    """
    permission = countersign.kind_named(kind).permission
    reason = checked_reason(reason)
    deciders = _deciders(permission, besides=actor.id)
    if not deciders:
        raise NotAsked("Nobody else here may decide this. Invite a second person who may.")
    subject_id = str(on.pk) if on is not None else ""
    _refuse_twice(kind, subject_id)
    request = Countersignature.objects.create(
        kind=kind,
        subject_type=on._meta.label_lower if on is not None else "",
        subject_id=subject_id,
        payload=payload,
        reason=reason,
        requested_by=actor.id,
        requested_by_name=actor.name,
        expires_at=clock.now() + REQUEST_LASTS,
    )
    audit.record("request.asked", actor=actor, on=request, kind=kind, subject=subject_id)
    _mail_deciders(request, deciders)
    return request


def somebody_may_decide(kind: str, *, besides: str) -> bool:
    """Whether this workspace has a second person for `kind`."""
    return bool(_deciders(countersign.kind_named(kind).permission, besides=besides))


@transaction.atomic
def grant(request_id: UUID, *, actor: Actor) -> Countersignature:
    """Let it happen, now. Raises NotDecided, and whatever the act itself refuses with."""
    request = _locked(request_id)
    _refuse_all_but_second_person(request, actor, "request.granted")
    _answer(request, Decision.GRANTED, actor)
    request.save(update_fields=ANSWER)
    asker = Actor(kind="user", id=request.requested_by, name=request.requested_by_name)
    audit.record("request.granted", actor=actor, on=request, **_said(request))
    countersign.kind_named(request.kind).perform(request.payload, asker, actor)
    _mail_asker(request)
    return request


@transaction.atomic
def refuse(request_id: UUID, *, actor: Actor, reason: str) -> Countersignature:
    """Say no, and why. Raises NotDecided."""
    request = _locked(request_id)
    _refuse_all_but_second_person(request, actor, "request.refused")
    request.answer = _checked(reason, "Write why not, for the person who asked.", NotDecided)
    _answer(request, Decision.REFUSED, actor)
    request.save(update_fields=[*ANSWER, "answer"])
    audit.record("request.refused", actor=actor, on=request, **_said(request))
    countersign.kind_named(request.kind).drop(request.payload, actor)
    _mail_asker(request)
    return request


@transaction.atomic
def withdraw(request_id: UUID, *, actor: Actor) -> Countersignature:
    """Take the own question back. Raises NotDecided."""
    request = _locked(request_id)
    if request.requested_by != actor.id:
        audit.record_denial("request.withdrawn", actor=actor, on=request, reason="not the asker")
        raise NotDecided("Only the person who asked can take it back.")
    _close([request], Decision.WITHDRAWN, actor, "request.withdrawn")
    return request


def withdraw_on(subject: models.Model, *, actor: Actor) -> int:
    """Close the question about something that is not wanted any more. For the caller's transaction."""
    rows = Countersignature.objects.select_for_update().filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk), decision=""
    )
    return _close(list(rows.order_by("pk")), Decision.WITHDRAWN, actor, "request.withdrawn")


def withdraw_all(person_id: str, *, actor: Actor) -> int:
    """Close every question of somebody who leaves. Returns how many. For the caller's transaction."""
    rows = Countersignature.objects.select_for_update().filter(requested_by=person_id, decision="")
    return _close(list(rows.order_by("pk")), Decision.WITHDRAWN, actor, "request.withdrawn")


@transaction.atomic
def expire_due() -> int:
    """Close what nobody answered in time. Returns how many."""
    return _expire(Countersignature.objects.filter(decision="", expires_at__lte=clock.now()))


def _refuse_twice(kind: str, subject_id: str) -> None:
    """One thing is asked once at a time; what has no subject of its own may be asked side by side."""
    asked = Countersignature.objects.filter(kind=kind, subject_id=subject_id, decision="")
    _expire(asked.filter(expires_at__lte=clock.now()))
    if subject_id and asked.exists():
        raise NotAsked("Somebody has asked for this already. It waits for an answer.")


def _expire(due: models.QuerySet[Countersignature]) -> int:
    rows = list(due.select_for_update().order_by("pk"))
    return _close(rows, Decision.EXPIRED, SYSTEM, "request.expired")


def _close(requests: list[Countersignature], decision: Decision, actor: Actor, action: str) -> int:
    for request in requests:
        _answer(request, decision, actor)
        request.save(update_fields=ANSWER)
        audit.record(action, actor=actor, on=request, **_said(request))
        countersign.kind_named(request.kind).drop(request.payload, actor)
    return len(requests)


def _locked(request_id: UUID) -> Countersignature:
    request = Countersignature.objects.select_for_update().get(pk=request_id)
    if not request.is_open:
        raise NotDecided("This request was answered, taken back or has expired.")
    return request


def _refuse_all_but_second_person(request: Countersignature, actor: Actor, action: str) -> None:
    """Both have to work here now: the one who answers with the right, and the one who asked."""
    permission = countersign.kind_named(request.kind).permission
    membership = queries.active_membership(UUID(actor.id)) if actor.kind == "user" else None
    if request.requested_by == actor.id:
        audit.record_denial(action, actor=actor, on=request, reason="own request")
        raise NotDecided("You asked for this. Somebody else must decide.")
    if membership is None or not role_may(membership.role, permission):
        audit.record_denial(action, actor=actor, on=request, reason="role")
        raise NotDecided("Your role may not decide this.")
    if queries.active_membership(UUID(request.requested_by)) is None:
        audit.record_denial(action, actor=actor, on=request, reason="asker has left")
        raise NotDecided("Who asked for this works here no longer. Ask for it yourself.")


def checked_reason(reason: str) -> str:
    """Without the blanks around it. Raises NotAsked for none, and for one that is too long."""
    return _checked(reason, "Write why: it is kept, and read by whoever decides.", NotAsked)


def _answer(request: Countersignature, decision: Decision, actor: Actor) -> None:
    request.decision = decision
    request.decided_by, request.decided_by_name = actor.id, actor.name
    request.decided_at = clock.now()


def _said(request: Countersignature) -> dict[str, str]:
    return {"kind": request.kind, "requested_by": request.requested_by}


def _checked(reason: str, asking: str, refusal: type[DomainError]) -> str:
    reason = reason.strip()
    if not reason:
        raise refusal(asking)
    if len(reason) > LONGEST_REASON:
        raise refusal(f"Shorten it to {LONGEST_REASON} characters.")
    return reason


def _deciders(permission: str, *, besides: str) -> list[Membership]:
    return list(queries.active_with(PERMISSIONS[permission]).exclude(user_id=besides))


def _mail_deciders(request: Countersignature, deciders: list[Membership]) -> None:
    context = _letter(request)
    for member in deciders:
        address = member.user.email
        tenancy.queue_system_mail(to=address, kind="request_waits", context=context)


def _mail_asker(request: Countersignature) -> None:
    asker = queries.active_membership(UUID(request.requested_by))
    if asker is not None:
        context = _letter(request) | {"outcome": request.get_decision_display().lower()}
        address = asker.user.email
        tenancy.queue_system_mail(to=address, kind="request_decided", context=context)


def _letter(request: Countersignature) -> dict[str, str]:
    """Who asks and where to look; what it is about is said behind the sign-in only."""
    return {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "asked_by": request.requested_by_name,
        "decided_by": request.decided_by_name,
        "link": url_on("staff", reverse("requests:detail", args=[request.pk])),
    }
