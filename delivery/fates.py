"""What becomes of a message after a try, or without one: pure decisions, recorded by services."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from compliance.facts import Verdict
from delivery import replies, retries, routes
from delivery.evidence import Observation, detail_of, observed
from delivery.models import DomainPosture, EscrowItem, Message, MessageEvent
from delivery.replies import Meaning
from delivery.routes import Route, Trouble, Way
from delivery.wire.door import Outcome, Result
from delivery.wire.levels import Level

Status, Kind = Message.Status, MessageEvent.Kind

# Rules of the table after which the portal asks for more than after others.
ESCROWED_AS = {"downgraded": EscrowItem.Reason.DOWNGRADED}


class Claimed(NamedTuple):
    """A message that this worker has leased."""

    id: UUID
    cause: str
    cause_id: UUID
    contact_id: UUID
    mail_class: str
    message_id: str
    attempts: int
    first_tried_at: datetime
    unsafe_since: datetime | None
    uncertain_at: datetime | None


@dataclass(frozen=True)
class Fate:
    """The next state of a message, and the event that tells of it (none if nothing happened)."""

    status: Message.Status
    reason: str = ""
    route: str = ""
    tls_version: str = ""
    due_at: datetime | None = None
    unsafe_since: datetime | None = None
    uncertain_at: datetime | None = None
    verdict: dict[str, object] | None = None
    kind: MessageEvent.Kind | None = None
    detail: dict[str, object] = field(default_factory=dict)
    suppresses: bool = False
    # What the try showed of the domain: verified TLS, a stable fault of it, or nothing.
    domain_is_safe: bool | None = None
    observed: tuple[Observation, ...] = ()

    @property
    def is_settled(self) -> bool:
        return self.status not in Message.OPEN


def skipped(verdict: Verdict) -> Fate:
    """The gate says no, now that it was about to go."""
    record = verdict.as_record()
    return Fate(
        Status.SKIPPED, verdict.reasons[0].value, verdict=record, kind=Kind.DECIDED, detail=record
    )


def held(verdict: Verdict, *, until: datetime) -> Fate:
    """The gate says not now."""
    record = verdict.as_record()
    return Fate(Status.QUEUED, due_at=until, verdict=record, kind=Kind.DECIDED, detail=record)


def waiting(reason: str, *, until: datetime) -> Fate:
    """Something of ours has to be mended first."""
    return Fate(Status.QUEUED, reason, due_at=until)


def put_off(until: datetime) -> Fate:
    """Its mail operator takes no more at the moment: not a try, and not its fault."""
    return waiting("operator_busy", until=until)


def canceled(reason: str) -> Fate:
    """There is nothing to send any more."""
    return Fate(Status.CANCELED, reason, kind=Kind.CANCELED)


def unsendable(reason: str) -> Fate:
    """No message can be made of it: its author, or whoever keeps the address, has to look."""
    return Fate(Status.FAILED, reason, kind=Kind.FAILED, detail={"reason": reason})


def untried(message: Claimed, fate: Fate) -> Fate:
    """An end without another try: what may have arrived at an earlier one stays uncertain (ADR 5)."""
    if message.uncertain_at is None or not fate.is_settled:
        return fate
    kind = None if fate.kind is Kind.CANCELED else fate.kind
    return replace(fate, status=Status.UNCERTAIN, reason="no_answer", kind=kind)


def without_tls(portal: Fate) -> Fate:
    """What has no way through the portal ends here, with what was found on the wire."""
    failed = unsendable("tls_failed")
    return replace(
        failed,
        detail=portal.detail | failed.detail,
        domain_is_safe=portal.domain_is_safe,
        observed=portal.observed,
    )


def to_portal(reason: str) -> Fate:
    """It waits in the portal, and a notice of it is on its way."""
    return Fate(
        Status.ESCROWED,
        reason,
        route=Message.Route.PORTAL,
        kind=Kind.ESCROWED,
        detail={"reason": reason},
    )


def released() -> Fate:
    """Given back untouched: it may be claimed again, or be canceled."""
    return Fate(Status.QUEUED)


class Try(NamedTuple):
    """A try at the wire: by which route, when, and what was remembered of the domain before.

    `chance` (0 to 1) spreads the next tries.
    """

    route: Route
    now: datetime
    chance: float
    posture: DomainPosture | None = None


def after_try(message: Claimed, outcome: Outcome, tried: Try) -> Fate:
    """What the wire's answer makes of the message, and what it showed of the servers."""
    return replace(_after(message, outcome, tried), observed=observed(outcome))


def _after(message: Claimed, outcome: Outcome, tried: Try) -> Fate:
    match outcome.result:
        case Result.WITHHELD:
            return released()
        case Result.ACCEPTED:
            return _accepted(outcome, tried.route)
        case Result.UNCERTAIN:
            return _uncertain(message, outcome, tried.now)
        case Result.UNPROTECTED:
            return _unprotected(message, outcome, tried)
        case Result.REFUSED:
            return _refused(message, outcome, tried)


def _accepted(outcome: Outcome, route: Route) -> Fate:
    verified = outcome.evidence.level >= Level.T2
    return Fate(
        Status.SENT,
        route=Message.Route.TLS if verified else Message.Route.PLAIN,
        tls_version=outcome.evidence.version,
        kind=Kind.ACCEPTED,
        detail=detail_of(outcome) | route.as_record(),
        domain_is_safe=True if verified else None,
    )


def _uncertain(message: Claimed, outcome: Outcome, now: datetime) -> Fate:
    again = retries.try_after_uncertain(
        Message.MailClass(message.mail_class),
        was_uncertain=message.uncertain_at is not None,
        now=now,
    )
    return Fate(
        Status.DEFERRED if again else Status.UNCERTAIN,
        "" if again else "no_answer",
        due_at=again,
        uncertain_at=now,
        kind=Kind.UNCERTAIN,
        detail=detail_of(outcome),
    )


def _unprotected(message: Claimed, outcome: Outcome, tried: Try) -> Fate:
    worst = next(failure for failure in outcome.failures if failure.tls)
    trouble = routes.trouble_of(outcome.failures)
    found: dict[str, object] = {"host": worst.host, "failure": worst.tls}
    fate = _after_trouble(message, trouble, tried, detail=detail_of(outcome) | found)
    return replace(fate, domain_is_safe=False if trouble is Trouble.STABLE else None)


def _after_trouble(
    message: Claimed, trouble: Trouble, tried: Try, *, detail: dict[str, object]
) -> Fate:
    """Held, moved or given up, as the table of routes says of what was found."""
    mail_class = Message.MailClass(message.mail_class)
    posture = tried.posture
    history = routes.History(
        message.unsafe_since,
        posture.unsafe_since if posture else None,
        was_safe=posture is not None and posture.was_safe(tried.now),
    )
    onward = routes.after_trouble(
        tried.route, trouble, mail_class=mail_class, history=history, now=tried.now
    )
    detail = detail | onward.route.as_record()
    if onward.route.way is Way.PORTAL:
        reason = ESCROWED_AS.get(onward.route.rule, EscrowItem.Reason.UNSAFE_TRANSPORT)
        portal = to_portal(reason)
        return replace(portal, detail=portal.detail | detail)
    if onward.route.way is Way.DROP:
        return Fate(Status.SKIPPED, "not_safe_enough", kind=Kind.UNSAFE, detail=detail)
    again = onward.try_at or _next_try(message, Meaning.TRY_LATER, tried)
    if again is None:
        failed = unsendable("never_safe")
        return replace(failed, detail=detail | failed.detail)
    return Fate(
        Status.DEFERRED,
        due_at=again,
        unsafe_since=message.unsafe_since or tried.now,
        kind=Kind.UNSAFE,
        detail=detail,
    )


def _refused(message: Claimed, outcome: Outcome, tried: Try) -> Fate:
    meaning = replies.meaning_of(outcome.stage, outcome.reply, outcome.host)
    detail = detail_of(outcome) | {"meaning": meaning.value}
    if meaning is Meaning.NO_NAME_ANSWER:
        return _after_trouble(message, Trouble.NAMES, tried, detail=detail)
    consequence = replies.CONSEQUENCES[meaning]
    again = None if consequence.is_final else _next_try(message, meaning, tried)
    if again is None:
        return Fate(
            Status.FAILED,
            meaning.value,
            kind=Kind.FAILED,
            detail=detail,
            suppresses=consequence.suppresses,
        )
    return Fate(Status.DEFERRED, due_at=again, kind=Kind.DEFERRED, detail=detail)


def _next_try(message: Claimed, meaning: Meaning, tried: Try) -> datetime | None:
    tries = retries.Tries(
        Message.MailClass(message.mail_class), message.attempts, message.first_tried_at
    )
    return retries.next_try(tries, meaning, now=tried.now, chance=tried.chance)
