"""What a workspace decides about its mail, its data and its reviews, and which change of it protects less."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from accounts import queries as accounts
from accounts.protective import (
    Group,
    Setting,
    Values,
    becomes,
    count,
    higher,
    label_of,
    lower,
    never,
    yes_or_no,
)
from compliance.facts import TransportLevel
from compliance.models import Policy, RetentionSettings, ReviewPlan
from compliance.retained import TERMS, Retained, in_words
from tenancy import clock

DAY_MINUTES = 24 * 60


def no_limit_or_higher(was: Values, is_: Values) -> bool:
    """None is no limit at all."""
    return was[0] is not None and (is_[0] is None or is_[0] > was[0])


def narrower_window(was: Values, is_: Values) -> bool:
    """Whether a minute that was quiet is not quiet any more."""
    return not quiet_minutes(*was) <= quiet_minutes(*is_)


def quiet_minutes(begin: time | None, end: time | None) -> set[int]:
    """The minutes of a day between two times, over midnight if need be."""
    if begin is None or end is None:
        return set()
    first, last = begin.hour * 60 + begin.minute, end.hour * 60 + end.minute
    length = (last - first) % DAY_MINUTES
    return {(first + minute) % DAY_MINUTES for minute in range(length)}


def lower_floor(was: Values, is_: Values) -> bool:
    """By what it proves: the numbers that are kept are in no order."""
    return TransportLevel(is_[0]) < TransportLevel(was[0])


def leaves_a_phone(was: Values, is_: Values) -> bool:
    """Facts alone protect less than a code by phone, and another field may hold numbers of others."""
    return bool(was[0] != Policy.PortalPhone.NONE and is_[0] != was[0])


def fewer(was: Values, is_: Values) -> bool:
    """Whether something that was listed is not listed any more."""
    return not set(was[0]) <= set(is_[0])


def _listed(values: Values) -> str:
    return ", ".join(values[0]) or "None"


def _window(values: Values) -> str:
    begin, end = values
    return "None" if begin is None else f"{begin:%H:%M} to {end:%H:%M}"


def _names(values: Values) -> str:
    return ", ".join(accounts.names_of(values[0])) or "Nobody"


def _stamp(_row: Policy, _wanted: Mapping[str, Any]) -> dict[str, object]:
    return {"changed_at": clock.now()}


def _next_version(row: RetentionSettings, _wanted: Mapping[str, Any]) -> dict[str, object]:
    return {"changed_at": clock.now(), "version": row.version + 1}


def _next_review(row: ReviewPlan, wanted: Mapping[str, Any]) -> dict[str, object]:
    """The day moves with the interval and by nothing else: saving the plan again puts nothing off."""
    longer = wanted.get("every_days", row.every_days) - row.every_days
    return {"due_at": row.due_at + timedelta(days=longer), "reminded_at": None}


POLICY = Group(
    Policy,
    "Policy",
    "compliance:policy",
    action="policy.changed",
    kind="policy.loosen",
    settings=(
        Setting(
            "Approval", ("approval_mode",),
            becomes(Policy.ApprovalMode.SELF_ATTESTATION), label_of(Policy.ApprovalMode.choices),
            may_be_decided_alone=True,
        ),
        Setting(
            "Protection of the way", ("tls_floor",),
            lower_floor, label_of(Policy.TlsFloor.choices),
        ),
        Setting(
            "Protection of the way without health details", ("tls_floor_limited",),
            lower_floor, label_of(Policy.TlsFloor.choices),
        ),
        Setting(
            "Always by the secure portal", ("portal_from",),
            higher, label_of(Policy.PortalFrom.choices),
        ),
        Setting(
            "Openings and clicks", ("counting_up_to",),
            higher, label_of(Policy.CountingUpTo.choices),
        ),
        Setting("Providers whose mail goes to the portal", ("portal_domains",), fewer, _listed),
        Setting(
            "Requests for unprotected email count", ("honors_unprotected",), higher, yes_or_no
        ),
        Setting("Portal messages stay", ("portal_expiry_days",), higher, count("days")),
        Setting("Facts never open what needs most", ("portal_must_agree",), lower, yes_or_no),
        Setting(
            "Codes by phone", ("portal_phone",),
            leaves_a_phone, label_of(Policy.PortalPhone.choices),
        ),
        Setting("New links to portal messages", ("portal_may_reissue",), higher, yes_or_no),
        # To write is no risk; who turns it off only has fewer letters to read.
        # Another mailbox, which others may read. When staff is asked is no question of protection.
        Setting("Second addresses", ("must_arrive_second",), higher, yes_or_no),
        Setting("Portal notices of what must arrive", ("must_arrive_portal",), never, yes_or_no),
        Setting("Deadline offered", ("must_arrive_hours",), never, count("hours")),
        Setting("Each way may take", ("must_arrive_step_hours",), never, count("hours")),
        Setting("Replies in the portal", ("portal_may_reply",), never, yes_or_no),
        Setting("Printing in the portal", ("portal_may_print",), higher, yes_or_no),
        Setting("Saving files from the portal", ("portal_may_save",), higher, yes_or_no),
        Setting("Own services without opt-in", ("may_operate_without_opt_in",), higher, yes_or_no),
        Setting("Cap for each person", ("frequency_cap",), no_limit_or_higher, count("messages")),
        Setting("The cap counts over", ("frequency_window_days",), lower, count("days")),
        Setting("Quiet hours", ("quiet_from", "quiet_until"), narrower_window, _window),
    ),
    # Which fact is harder to know for a stranger depends on what the clinic prints on its letters.
    # What is held, dropped or in the portal has not taken an unsafe way.
    neutral=frozenset({"portal_fact", "fallback_care", "fallback_promotion", "hold_hours"}),
    follows=_stamp,
)  # fmt: skip

RETENTION = Group(
    RetentionSettings,
    "Retention",
    "retention:settings",
    action="retention.changed",
    kind="retention.loosen",
    settings=tuple(
        Setting(
            TERMS[retained].label,
            (retained.field,),
            lower if TERMS[retained].shorter_is_looser else higher,
            lambda values: in_words(values[0]),
        )
        for retained in Retained
    ),
    follows=_next_version,
)

REVIEWS = Group(
    ReviewPlan,
    "Reviews of the audit log",
    "compliance:reviews",
    action="review.changed",
    kind="review.loosen",
    settings=(
        Setting("Interval", ("every_days",), higher, count("days")),
        # Any of them does it for all, so that one name less takes nothing away.
        Setting("Reviewers", ("reviewers",), never, _names),
    ),
    follows=_next_review,
)

GROUPS = (POLICY, RETENTION, REVIEWS)
