"""The end of somebody's access: everything that they left open is closed in the same transaction."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.urls import reverse

from accounts import queries
from accounts.models import ApiKey, Membership
from accounts.models.entitlements import Why
from accounts.roles import Role
from accounts.services import countersignatures, emergencies
from audit import services as audit
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.origins import url_on

# 45 CFR 164.308(a)(3)(ii)(C): an account that nobody uses is one that nobody would miss when stolen.
DORMANT_AFTER = timedelta(days=45)
NOTICE_BEFORE = timedelta(days=7)
# However late the tick: who was warned has a day to come back.
NOTICE_AT_LEAST = timedelta(days=1)

STAMP = ["changed_at", "changed_by", "changed_by_name", "changed_why"]
ACTIONS = {
    Why.SUSPENDED: "user.suspended",
    Why.DORMANT: "user.dormant",
    Why.EXPIRED: "user.expired",
}


def stamp(membership: Membership, why: Why, actor: Actor) -> None:
    """Who changes the membership, when and why: the history copies it."""
    membership.changed_at, membership.changed_why = clock.now(), why
    membership.changed_by, membership.changed_by_name = actor.id, actor.name


def deactivate(membership: Membership, why: Why, *, actor: Actor) -> None:
    """Close the workspace to somebody: sessions here, open requests and, by policy, their keys.

    For the caller's transaction, with the membership locked. Keys outlive a long holiday: only who
    was suspended by a person, or whose last day has passed, is taken for somebody who left.
    """
    membership.status = Membership.Status.SUSPENDED
    stamp(membership, why, actor)
    membership.save(update_fields=["status", *STAMP])
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.end_sessions_here(%s::uuid)", [membership.user_id])
        (sessions,) = cursor.fetchone()
    person_id = str(membership.user_id)
    requests = countersignatures.withdraw_all(person_id, actor=actor)
    emergencies.end(person_id, actor=actor)
    keys = 0 if why == Why.DORMANT else _end_keys(person_id, actor)
    audit.record(
        ACTIONS[why], actor=actor, on=membership, sessions=sessions, requests=requests, keys=keys
    )


def _end_keys(person_id: str, actor: Actor) -> int:
    if not queries.security_settings().ends_keys_of_leavers:
        return 0
    keys = list(ApiKey.objects.select_for_update().filter(created_by_id=person_id, revoked_at=None))
    for key in keys:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        audit.record("api_key.revoked", actor=actor, on=key, reason="its maker left")
    return len(keys)


def look_after_accounts() -> None:
    """Warn, and suspend, whoever did not sign in for long or whose last day has passed."""
    for member in Membership.objects.filter(status=Membership.Status.ACTIVE).order_by("pk"):
        with transaction.atomic():
            _look_after(member)


def _look_after(member: Membership) -> None:
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "tenant")
    member = rows.get(pk=member.pk)
    why, at = _end_of(member)
    if member.status != Membership.Status.ACTIVE or clock.now() < at - NOTICE_BEFORE:
        return
    if member.role == Role.OWNER and queries.is_last_owner(member):
        return
    is_warned = member.warned_at is not None and member.warned_at >= at - NOTICE_BEFORE
    if not is_warned:
        _warn(member, at)
    elif clock.now() >= max(at, _earliest(member, why)):
        deactivate(member, why, actor=SYSTEM)


def _end_of(member: Membership) -> tuple[Why, datetime]:
    """When somebody's access ends by itself, whichever comes first, and why."""
    last_seen = max(filter(None, (member.user.last_login, member.changed_at)))
    dormant = last_seen + DORMANT_AFTER
    if member.expires_on is None:
        return Why.DORMANT, dormant
    zone = ZoneInfo(member.tenant.time_zone)
    day_after = member.expires_on + timedelta(days=1)
    expired = datetime.combine(day_after, datetime.min.time(), zone)
    return (Why.EXPIRED, expired) if expired <= dormant else (Why.DORMANT, dormant)


def _earliest(member: Membership, why: Why) -> datetime:
    """A last day was agreed and needs no further day; a dormant account does."""
    warned_at = member.warned_at or clock.now()
    return warned_at if why == Why.EXPIRED else warned_at + NOTICE_AT_LEAST


def _warn(member: Membership, at: datetime) -> None:
    member.warned_at = clock.now()
    member.save(update_fields=["warned_at"])
    local = max(at, clock.now() + NOTICE_AT_LEAST).astimezone(ZoneInfo(member.tenant.time_zone))
    context = {
        "workspace": member.tenant.name,
        "day": f"{local.day} {local:%B %Y}",
        "link": url_on("staff", reverse("accounts:sign_in")),
        "expires": member.expires_on is not None,
    }
    tenancy.queue_system_mail(to=member.user.email, kind="access_ends", context=context)
    audit.record("user.warned", actor=SYSTEM, on=member)
