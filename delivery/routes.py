"""Which way a message goes: decided before it is sent, and again by what the wire turned out to be.

An ordered table, first match wins (research/delivery.md 2.3); the rules for S/MIME, DANE, MTA-STS
and recorded consent to unprotected mail are rows to come.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from compliance.facts import Outcome, Verdict
from delivery.models import Message
from delivery.wire.levels import NEVER_PROMISED, STABLE_FAILURES, Level, TlsFailure


class Way(StrEnum):
    """Where the message goes next."""

    NOWHERE = "nowhere"
    WAIT = "wait"
    PORTAL = "portal"
    VERIFIED_TLS = "verified_tls"
    BEST_AVAILABLE = "best_available"


class Route(NamedTuple):
    """A way, the level that the wire must prove for it, and the gate's reasons."""

    way: Way
    required: Level
    reasons: tuple[str, ...]


class Rule(NamedTuple):
    """A row of the table."""

    way: Way
    applies: Callable[[Verdict], bool]


RULES = (
    Rule(Way.NOWHERE, lambda verdict: verdict.outcome is Outcome.DENY),
    Rule(Way.WAIT, lambda verdict: verdict.outcome is Outcome.HOLD),
    Rule(Way.PORTAL, lambda verdict: verdict.outcome is Outcome.PORTAL),
    Rule(Way.VERIFIED_TLS, lambda verdict: Level(verdict.required_level) >= Level.T2),
    # Sensitivity S0: nothing in it tells of a patient, the portal notice included.
    Rule(Way.BEST_AVAILABLE, lambda verdict: Level(verdict.required_level) is Level.T0),
)


def decide(verdict: Verdict) -> Route:
    """The route that the gate's verdict leads to. Raises ValueError for a level no rule allows."""
    for rule in RULES:
        if rule.applies(verdict):
            reasons = tuple(reason.value for reason in verdict.reasons)
            return Route(rule.way, Level(verdict.required_level), reasons)
    raise ValueError(f"no route for level {verdict.required_level.name}")


# 2.4: an expired certificate is looked at once more, a broken handshake for as long as may be held.
CONFIRM_AFTER = timedelta(minutes=10)
HOLD_AT_MOST = timedelta(hours=4)
TRANSIENT_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30))


class History(NamedTuple):
    """Since when tries fell short, of this message and of its domain; None if the last one did not."""

    message_unsafe_since: datetime | None = None
    domain_unsafe_since: datetime | None = None
    # The domain proved itself not long ago: what falls short now may be somebody's interference.
    was_safe: bool = False


def is_stable(failures: Collection[TlsFailure | None]) -> bool:
    """Whether every host fell short for a reason that will hardly pass by itself."""
    return all(failure in STABLE_FAILURES for failure in failures)


def asks_too_much(failures: Collection[TlsFailure | None]) -> bool:
    """Whether the workspace asks for more than the domain promises: no other try changes that."""
    return not NEVER_PROMISED.isdisjoint(failures)


def after_unprotected(
    failures: Collection[TlsFailure | None],
    *,
    mail_class: Message.MailClass,
    history: History,
    now: datetime,
) -> datetime | None:
    """When to try the wire again after no host reached the level; None sends it to the portal.

    `failures` has one entry a host, None for one that could not be reached at all.
    """
    if mail_class is Message.MailClass.CODE or asks_too_much(failures):
        return None
    stable = is_stable(failures)
    known_since = [history.message_unsafe_since, history.domain_unsafe_since if stable else None]
    lasted = now - min((since for since in known_since if since), default=now)
    if stable and not history.was_safe:
        return None if lasted >= CONFIRM_AFTER else now + CONFIRM_AFTER
    if lasted >= HOLD_AT_MOST:
        return None
    tried = sum(lasted >= wait for wait in TRANSIENT_WAITS)
    return now + TRANSIENT_WAITS[min(tried, len(TRANSIENT_WAITS) - 1)]
