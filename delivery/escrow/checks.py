"""Who may open a message: which answers are asked for, which count, and when it is enough."""

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 8
CODE_LIFETIME = timedelta(minutes=10)  # SP 800-63B: out-of-band secrets live ten minutes at most
TRIES_PER_CODE = 5
CODES_PER_HOUR = 3
FAILURES_PER_MESSAGE = 10
BIRTH_DATE_TRIES = 3  # fifteen bits, and relatives know it
FAILURES_PER_PERSON = 20
FAILURES_COUNT_FOR = timedelta(days=1)
IDLE_AFTER = timedelta(minutes=15)  # 45 CFR 164.312(a)(2)(iii)


class Fact(StrEnum):
    """What the clinic and the person both know."""

    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def read_code(typed: str) -> str:
    """The code's digits, however they were grouped."""
    return re.sub(r"[\s-]", "", typed)


def is_right(fact: Fact, typed: date | str | None, on_file: str) -> bool:
    match fact:
        case Fact.BIRTH_DATE:
            return isinstance(typed, date) and typed == date.fromisoformat(on_file)
        case Fact.POSTAL_CODE:
            return isinstance(typed, str) and _same_postal_code(typed, on_file)


def _same_postal_code(typed: str, on_file: str) -> bool:
    """Five digits count: many people do not know the four after the hyphen."""
    given, expected = (re.sub(r"\W", "", text).upper()[:5] for text in (typed, on_file))
    return bool(given) and given == expected


def is_locked(
    *, of_message: Sequence[datetime], of_person: Sequence[datetime], now: datetime
) -> bool:
    """Whether wrong answers, to this message or to all of the person's, end the day's trying."""
    since = now - FAILURES_COUNT_FOR
    return (
        sum(at > since for at in of_message) >= FAILURES_PER_MESSAGE
        or sum(at > since for at in of_person) >= FAILURES_PER_PERSON
    )


def may_send_code(sent: Sequence[datetime], now: datetime) -> bool:
    return sum(at > now - timedelta(hours=1) for at in sent) < CODES_PER_HOUR
