"""How a new name earns its volume: pure steps from one day with mail to the next.

Mail operators know nothing of a new domain or address and watch what it does with little mail before
they take much. The figures are those that operators and senders publish (2025-26).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from delivery.models import Message, WarmUp

GROWTH = 1.5
# As much a day as no operator asks anybody to build up to.
ENOUGH = 10_000
MOST_DEFERRED = 0.05
MOST_REFUSED = 0.02
MOST_COMPLAINED = 0.001
# One alone may be chance: it stops the growth, and does not turn it back.
SIGNS = 2
# A day with little mail says little.
USED = 0.5
SILENCE = timedelta(days=30)
# The rest is for mail about care that comes later in the day.
CAMPAIGNS_SHARE = 0.75
# What waits longer is looked at again: the plan may have been switched off.
FURTHEST_DAYS = 3

CLASS = Message.MailClass


def begun(start: int, today: date) -> WarmUp:
    return WarmUp(cap=start, day=today)


def turn_over(lane: WarmUp, start: int, today: date) -> None:
    """Judge the last day with mail, if that is over, and begin the next. A clock gone back is waited for."""
    if today <= lane.day:
        return
    if today - lane.day > SILENCE:
        lane.cap, lane.is_over = max(start, lane.cap // 2), False
    elif not lane.is_over:
        lane.cap = _next_cap(lane, start)
        lane.is_over = lane.cap >= ENOUGH
    lane.days += 1
    lane.day = today
    lane.taken = lane.accepted = lane.deferred = lane.refused = 0
    lane.complained = lane.postponed = 0


def is_clean(lane: WarmUp) -> bool:
    """Whether the day shows that the operator likes what it gets."""
    return not any(_too_many(lane))


def room(lane: WarmUp, mail_class: str, wanted: int) -> int:
    """How many of the wanted may go now. A code is counted and never held up: tomorrow it is worth nothing."""
    if lane.is_over or mail_class == CLASS.CODE:
        return wanted
    return max(0, min(wanted, _limit(lane.cap, mail_class) - lane.taken))


def days_ahead(lane: WarmUp, mail_class: str, messages: int) -> Iterator[int]:
    """For each message that is put off: in how many days its turn comes, if every day is clean."""
    before = lane.postponed
    lane.postponed += messages
    for place in range(before, before + messages):
        yield _day_of(lane.cap, mail_class, place)


def _next_cap(lane: WarmUp, start: int) -> int:
    heard = lane.accepted + lane.deferred + lane.refused
    signs = zip(_too_many(lane), (lane.deferred, lane.refused, lane.complained), strict=True)
    if any(too_many and count >= SIGNS for too_many, count in signs):
        return max(min(start, lane.cap), int(lane.cap / GROWTH))
    if is_clean(lane) and heard >= lane.cap * USED:
        return int(lane.cap * GROWTH)
    return lane.cap


def _too_many(lane: WarmUp) -> tuple[bool, bool, bool]:
    heard = max(1, lane.accepted + lane.deferred + lane.refused)
    return (
        lane.deferred >= heard * MOST_DEFERRED,
        lane.refused >= heard * MOST_REFUSED,
        lane.complained >= max(1, lane.accepted) * MOST_COMPLAINED,
    )


def _limit(cap: int, mail_class: str) -> int:
    return int(cap * CAMPAIGNS_SHARE) if mail_class == CLASS.BULK else cap


def _day_of(cap: int, mail_class: str, place: int) -> int:
    for ahead in range(1, FURTHEST_DAYS):
        cap = int(cap * GROWTH)
        place -= _limit(cap, mail_class)
        if place < 0:
            return ahead
    return FURTHEST_DAYS
