"""The posture page: each mechanism and setting that protects, and whether the database says that it is met."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from accounts import display
from accounts import queries as accounts
from accounts.models import Countersignature, EmergencyAccess
from accounts.protective import groups
from audit import checking
from audit import queries as audit
from audit.models import Anchor
from compliance import listings, queries
from compliance.models import Alert, Policy, RetentionRun
from tenancy import clock
from tenancy.models import Job, WrappedKey
from tenancy.scope import current_tenant_id

KEY_LASTS = timedelta(days=365)
RUN_IS_LATE = timedelta(hours=26)
ANCHOR_IS_LATE = timedelta(days=2)
CHECKPOINT_IS_LATE = timedelta(hours=1)


class Safeguard(NamedTuple):
    """`state`: done (met), todo (not met), or none (not applicable)."""

    title: str
    state: str
    text: str
    url_name: str
    verb: str


def safeguards() -> list[Safeguard]:
    return [check() for check in CHECKS]


def _agreement() -> Safeguard:
    is_met = queries.agreement_in_force() is not None
    text = "In force." if is_met else "No agreement is in force, so no PHI comes in or goes out."
    return _row("Agreement", is_met, text, "compliance:agreement")


def _factors() -> Safeguard:
    people = [it for it in accounts.people() if it.membership.status == "active"]
    without = sum(not person.held.is_any for person in people)
    text = (
        f"Two factors at every sign-in. {len(people) - without} of {len(people)} people have set"
        " up their second one."
    )
    return _row("Second factor", without == 0, text, "security:rules")


def _domains() -> Safeguard:
    facts = listings.posture_facts()
    if not facts.domains:
        text = "No domain yet, so nothing is sent."
        return Safeguard("Sender domains", "none", text, "domains:list", "Add")
    text = f"{facts.domains_that_may_send} of {facts.domains} have every record in place."
    is_met = facts.domains_that_may_send == facts.domains
    return _row("Sender domains", is_met, text, "domains:list")


def _approval() -> Safeguard:
    policy = queries.policy()
    is_met = policy.approval_mode == Policy.ApprovalMode.SECOND_PERSON
    return _row("Approval", is_met, f"{policy.get_approval_mode_display()}.", "compliance:policy")


def _loosened() -> Safeguard:
    """Against the defaults, which are the strictest useful ones."""
    labels: list[str] = []
    for group in groups():
        row = group.model.objects.first() or group.model()
        now = {field: getattr(row, field) for field in group.fields}
        labels += [setting.label for setting in group.looser(group.model(), now)]
    text = f"Below its default: {', '.join(labels)}." if labels else "None is below its default."
    return _row("Loosened settings", not labels, text, "compliance:changes")


def _requests() -> Safeguard:
    waiting = Countersignature.objects.filter(decision="", expires_at__gt=clock.now()).count()
    text = f"{waiting} wait for a second person." if waiting else "None waits."
    return _row("Requests", waiting == 0, text, "requests:list")


def _retention() -> Safeguard:
    run = RetentionRun.objects.filter(outcome="done").order_by("-ended_at").first()
    if run is None or run.ended_at is None:
        return _row("Retention", False, "No run has ended yet.", "retention:runs")
    is_met = clock.now() - run.ended_at < RUN_IS_LATE
    text = f"The last run ended {_said(run.ended_at)} and removed {run.rows:,} rows."
    return _row("Retention", is_met, text, "retention:runs")


def _key_age() -> Safeguard:
    key = WrappedKey.objects.get(
        tenant=current_tenant_id(), purpose=WrappedKey.Purpose.SEAL, state=WrappedKey.State.ACTIVE
    )
    age = clock.now() - key.created_at
    text = f"Version {key.version} was made {_said(key.created_at)}."
    return _row("Encryption key", age < KEY_LASTS, text, "keys:index")


def _checkpoint() -> Safeguard:
    newest = audit.newest_checkpoint()
    if newest is None:
        return _row("Audit log signed", False, "No checkpoint yet.", "compliance:audit")
    text = f"{newest.size:,} events, signed {_said(newest.signed_at)}."
    waiting = audit.waiting_since()
    is_met = waiting is None or clock.now() - waiting < CHECKPOINT_IS_LATE
    return _row("Audit log signed", is_met, text, "compliance:audit")


def _check() -> Safeguard:
    job = checking.last_job()
    if job is None or job.ended_at is None:
        return Safeguard("Audit log checked", "none", "Not yet.", "compliance:integrity", "Look")
    is_met = job.status == Job.Status.SUCCEEDED
    text = f"{'Everything held' if is_met else 'Not everything held'} {_said(job.ended_at)}."
    return _row("Audit log checked", is_met, text, "compliance:integrity")


def _anchor() -> Safeguard:
    last = Anchor.objects.filter(problem="").order_by("-anchored_at").first()
    if last is None:
        text = "No checkpoint has left yet for a place where we cannot change it."
        return _row("Audit log anchored", False, text, "compliance:audit")
    is_met = clock.now() - last.anchored_at < ANCHOR_IS_LATE
    text = f"{last.get_way_display()} {_said(last.anchored_at)}, with {last.size:,} events."
    return _row("Audit log anchored", is_met, text, "compliance:audit")


def _alerts() -> Safeguard:
    open_ones = Alert.objects.filter(answered_at__isnull=True)
    waiting = open_ones.exclude(kind=Alert.Kind.REFUSED).count()
    text = f"{waiting} wait for an answer." if waiting else "None waits for an answer."
    return _row("Alerts", waiting == 0, text, "compliance:home")


def _emergencies() -> Safeguard:
    waiting = EmergencyAccess.objects.filter(reviewed_at__isnull=True).count()
    text = f"{waiting} wait for a review." if waiting else "None waits for a review."
    return _row("Emergency access", waiting == 0, text, "emergencies:list")


def _said(moment: datetime) -> str:
    return display.to_the_minute(moment, timezone.get_current_timezone())


def _row(title: str, is_met: bool, text: str, url_name: str) -> Safeguard:
    return Safeguard(title, "done" if is_met else "todo", text, url_name, "Look")


CHECKS: tuple[Callable[[], Safeguard], ...] = (
    _agreement, _factors, _domains, _approval, _loosened, _requests, _retention, _key_age,
    _checkpoint, _check, _anchor, _alerts, _emergencies,
)  # fmt: skip
