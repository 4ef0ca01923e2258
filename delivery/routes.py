"""Which way a message goes: decided before it is sent, and again by what the wire turned out to be.

One ordered table, first match wins (research/delivery.md 2.3, whose numbers the rows carry). What a
domain promises by DANE or MTA-STS binds whoever opens the socket, for every message; here it counts
once that failed.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from compliance.facts import Fallback, Outcome, Sensitivity, TransportLevel, Verdict
from compliance.purposes import Evidence
from delivery.models import Message
from delivery.wire.door import HostFailure
from delivery.wire.levels import (
    NEVER_PROMISED,
    STABLE_FAILURES,
    Level,
    PolicyType,
    TlsFailure,
)


class Way(StrEnum):
    """Where the message goes next. `WAIT` is the gate's word, `HOLD` means another try at the wire."""

    NOWHERE = "nowhere"
    WAIT = "wait"
    PORTAL = "portal"
    HOLD = "hold"
    DROP = "drop"
    SMIME = "smime"
    VERIFIED_TLS = "verified_tls"
    CONSENTED = "consented"
    BEST_AVAILABLE = "best_available"
    DESPITE_TLS = "despite_tls"


class Trouble(StrEnum):
    """Why no host reached the level."""

    NAMES = "names"  # the name system gave no answer that could be trusted
    DANE = "dane"  # the domain's own signed records forbid a host
    MTA_STS = "mta_sts"  # its own policy does
    PIN = "pin"  # what its people told the workspace does
    STABLE = "stable"  # servers that offer no more: it will hardly pass by itself
    PASSING = "passing"
    NEVER_PROMISED = "never_promised"  # more is asked than the domain promises


class RouteFacts(NamedTuple):
    """Everything that the table looks at.

    `was_safe`: the domain proved verified TLS within thirty days. `has_waited`: trouble of this kind
    was held for as long as it may be, which `hold` says for most kinds. `can_encrypt`: sender and
    person have S/MIME certificates. `is_tls_report`: it tells a domain of its own TLS, and nothing else.
    """

    verdict: Verdict
    otherwise: Fallback = Fallback.PORTAL
    author_wants_portal: bool = False
    was_safe: bool = False
    trouble: Trouble | None = None
    has_waited: bool = False
    hold: timedelta = timedelta(hours=4)
    can_encrypt: bool = False
    is_tls_report: bool = False

    @property
    def tells_of_care(self) -> bool:
        return self.verdict.sensitivity > Sensitivity.S0


class Rule(NamedTuple):
    """A row of the table. Its name is kept with the message."""

    number: int
    name: str
    way: Way
    applies: Callable[[RouteFacts], bool]


RULES = (
    Rule(0, "denied", Way.NOWHERE, lambda f: f.verdict.outcome is Outcome.DENY),
    Rule(0, "not_yet", Way.WAIT, lambda f: f.verdict.outcome is Outcome.HOLD),
    # RFC 8460 5.3: what is told of is what would keep it from arriving. It holds nothing of a person.
    Rule(
        0, "tls_report", Way.DESPITE_TLS,
        lambda f: f.is_tls_report and not f.tells_of_care,
    ),
    Rule(1, "portal", Way.PORTAL, lambda f: f.verdict.outcome is Outcome.PORTAL),
    Rule(
        1, "specially_protected", Way.PORTAL, lambda f: f.verdict.sensitivity is Sensitivity.S3
    ),
    Rule(1, "author_choice", Way.PORTAL, lambda f: f.author_wants_portal),
    # Encrypted to the person, and the wire has to prove as much as without.
    Rule(
        2, "smime", Way.SMIME, lambda f: f.can_encrypt and f.tells_of_care and not f.trouble
    ),
    Rule(3, "names_not_trusted", Way.HOLD, lambda f: f.trouble is Trouble.NAMES),
    Rule(4, "dane_failed", Way.HOLD, lambda f: f.trouble is Trouble.DANE),
    Rule(5, "mta_sts_failed", Way.HOLD, lambda f: f.trouble is Trouble.MTA_STS),
    Rule(5, "pin_failed", Way.HOLD, lambda f: f.trouble is Trouble.PIN),
    Rule(
        6, "verified_tls", Way.VERIFIED_TLS,
        lambda f: (
            f.tells_of_care and not f.trouble and (not f.verdict.accepts or f.was_safe)
        ),
    ),
    Rule(
        7, "downgraded", Way.HOLD,
        lambda f: f.was_safe and f.trouble in {Trouble.STABLE, Trouble.PASSING},
    ),
    Rule(8, "consented", Way.CONSENTED, lambda f: f.tells_of_care and not f.trouble),
    Rule(9, "not_safe_enough", Way.HOLD, lambda f: f.trouble is not None),
    # Sensitivity S0: nothing in it tells of a patient, the portal notice included.
    Rule(10, "best_available", Way.BEST_AVAILABLE, lambda _: True),
)  # fmt: skip

OF_POLICIES = frozenset({Trouble.DANE, Trouble.MTA_STS, Trouble.PIN})
DANE_FAILURES = frozenset({TlsFailure.TLSA_INVALID, TlsFailure.DNSSEC_INVALID})

INSTEAD = {Fallback.PORTAL: Way.PORTAL, Fallback.HOLD: Way.HOLD, Fallback.DROP: Way.DROP}


class Route(NamedTuple):
    """A way, the level that the wire must prove for it, why, and what it rests on.

    `reasons` are the gate's, or else the name of the rule.
    """

    way: Way
    required: Level
    reasons: tuple[str, ...]
    rule: str
    facts: RouteFacts

    def as_record(self) -> dict[str, object]:
        """What is kept of it beside what became of the message."""
        if not self.rule:
            return {}
        record: dict[str, object] = {"rule": self.rule, "required": self.required.name}
        accepts = self.facts.verdict.accepts
        if self.way is Way.CONSENTED and accepts:
            record["consent"] = str(accepts.consent)
        return record


def decide(facts: RouteFacts) -> Route:
    """The route of a message as things stand."""
    rule = next(rule for rule in RULES if rule.applies(facts))
    reasons = tuple(reason.value for reason in facts.verdict.reasons) or (rule.name,)
    way = _after_the_hold(facts) if rule.way is Way.HOLD and facts.has_waited else rule.way
    return Route(way, _required(way, facts.verdict), reasons, rule.name, facts)


def _after_the_hold(facts: RouteFacts) -> Way:
    """What tells nobody anything is tried for as long as its class is; it needs no portal."""
    return INSTEAD[facts.otherwise] if facts.tells_of_care else Way.HOLD


def _required(way: Way, verdict: Verdict) -> Level:
    if way is Way.CONSENTED and verdict.accepts:
        return Level(verdict.accepts.level.value)
    return Level(verdict.required_level.value)


def _allowed(level: TransportLevel, sensitivity: Sensitivity) -> Verdict:
    return Verdict(Outcome.ALLOW, (), level, Evidence.NONE, sensitivity)


# Our own mails hold no health information, and whoever cannot prove anything still has to be told.
WITHOUT_PHI = decide(RouteFacts(_allowed(TransportLevel.ANY, Sensitivity.S0)))
# What is made from a person's values travels under verified TLS or not at all.
STRICT = decide(RouteFacts(_allowed(TransportLevel.VERIFIED, Sensitivity.S2)))
# For delivery.tls_sent alone: what a domain promises of its servers does not bind it either.
TLS_REPORT = decide(RouteFacts(_allowed(TransportLevel.ANY, Sensitivity.S0), is_tls_report=True))
# Of a message whose worker is gone: what it was decided on is known again at the next try.
FORGOTTEN = STRICT._replace(rule="")

# 2.4: an expired certificate is looked at once more, a broken promise for an hour.
CONFIRM_AFTER = timedelta(minutes=10)
POLICY_HOLD = timedelta(hours=1)
TRANSIENT_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30))


class History(NamedTuple):
    """Since when tries fell short, of this message and of its domain; None if the last one did not."""

    message_unsafe_since: datetime | None = None
    domain_unsafe_since: datetime | None = None
    # The domain proved itself not long ago: what falls short now may be somebody's interference.
    was_safe: bool = False


class Next(NamedTuple):
    """What becomes of a message that found no safe host. `try_at` is there while it is held."""

    route: Route
    trouble: Trouble
    try_at: datetime | None = None


def trouble_of(failures: Collection[HostFailure]) -> Trouble:
    """One word for what was found: a broken promise counts most, then what asks too much."""
    broken = [failure for failure in failures if failure.is_policy_failure]
    if any(each.policy is PolicyType.TLSA or each.tls in DANE_FAILURES for each in broken):
        return Trouble.DANE
    if any(each.policy is not PolicyType.PIN for each in broken):
        return Trouble.MTA_STS
    if broken:
        return Trouble.PIN
    found = {failure.tls for failure in failures}
    if not NEVER_PROMISED.isdisjoint(found):
        return Trouble.NEVER_PROMISED
    return Trouble.STABLE if found <= STABLE_FAILURES else Trouble.PASSING


def after_trouble(
    route: Route,
    trouble: Trouble,
    *,
    mail_class: Message.MailClass,
    history: History,
    now: datetime,
) -> Next:
    """The route from here on, after no host reached the level of the route so far.

    Held without `try_at` means: as long as mail of its class is tried.
    """
    is_confirmed = trouble is Trouble.STABLE and not history.was_safe
    known_since = [
        history.message_unsafe_since,
        history.domain_unsafe_since if trouble is Trouble.STABLE else None,
    ]
    lasted = now - min((since for since in known_since if since), default=now)
    has_waited = mail_class is Message.MailClass.CODE or lasted >= _hold_of(
        trouble, is_confirmed=is_confirmed, hold=route.facts.hold
    )
    onward = decide(
        route.facts._replace(was_safe=history.was_safe, trouble=trouble, has_waited=has_waited)
    )
    if onward.way is not Way.HOLD or has_waited:
        return Next(onward, trouble)
    if is_confirmed:
        return Next(onward, trouble, now + CONFIRM_AFTER)
    tried = sum(lasted >= wait for wait in TRANSIENT_WAITS)
    return Next(onward, trouble, now + TRANSIENT_WAITS[min(tried, len(TRANSIENT_WAITS) - 1)])


def _hold_of(trouble: Trouble, *, is_confirmed: bool, hold: timedelta) -> timedelta:
    """How long trouble of this kind is waited out."""
    if trouble is Trouble.NEVER_PROMISED:
        return timedelta(0)
    if is_confirmed:
        return CONFIRM_AFTER
    return min(POLICY_HOLD, hold) if trouble in OF_POLICIES else hold
