"""When to try again, and when to stop (RFC 5321 4.5.4.1, by class of mail)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from delivery.models import Message
from delivery.replies import Meaning

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Schedule(NamedTuple):
    """The waits after the first, second, … try; the last one repeats until `give_up_after`."""

    waits: tuple[timedelta, ...]
    give_up_after: timedelta


USUAL = (15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR)
SCHEDULES = {
    Message.MailClass.BULK: Schedule(USUAL, 48 * HOUR),
    Message.MailClass.CARE: Schedule(USUAL, 96 * HOUR),
    Message.MailClass.NOTICE: Schedule(USUAL, 48 * HOUR),
    Message.MailClass.CODE: Schedule((MINUTE, 2 * MINUTE), 10 * MINUTE),
}
# Greylisting wants to see the same message again soon, and not at once.
GREYLIST_WAIT = 5 * MINUTE
JITTER = 0.2  # either way, so that what failed together does not come back together

# What nobody answered may have arrived: one more try if it matters, late enough for a slow server.
UNCERTAIN_WAIT = 15 * MINUTE
RETRIED_WHEN_UNCERTAIN = frozenset({Message.MailClass.CARE, Message.MailClass.NOTICE})


class Tries(NamedTuple):
    """The tries so far, this one included."""

    mail_class: Message.MailClass
    made: int
    began_at: datetime


def next_try(tries: Tries, meaning: Meaning, *, now: datetime, chance: float) -> datetime | None:
    """When to try again; None when it has been tried for long enough. `chance` is from 0 to 1."""
    schedule = SCHEDULES[tries.mail_class]
    wait = schedule.waits[min(tries.made, len(schedule.waits)) - 1]
    if meaning is Meaning.GREYLISTED and tries.made == 1:
        wait = min(wait, GREYLIST_WAIT)
    again = now + wait * (1 + JITTER * (2 * chance - 1))
    return again if again - tries.began_at <= schedule.give_up_after else None


def try_after_uncertain(
    mail_class: Message.MailClass, *, was_uncertain: bool, now: datetime
) -> datetime | None:
    """When to send what may have arrived once more; None to leave it: bulk mail never goes twice."""
    if was_uncertain or mail_class not in RETRIED_WHEN_UNCERTAIN:
        return None
    return now + UNCERTAIN_WAIT
