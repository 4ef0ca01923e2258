"""The classes of data whose time to stay a workspace decides, and the bounds of that decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Retained(StrEnum):
    MESSAGES = "messages"
    CONTENT = "content"
    ACTIVITY = "activity"
    IMPORTS = "imports"
    EXPORTS = "exports"
    PORTAL = "portal"
    AUDIT = "audit"

    @property
    def field(self) -> str:
        """Its column in RetentionSettings."""
        return f"{self.value}_days"


def years(count: int) -> int:
    """Days that cover `count` years; 45 CFR 164.316(b)(2)(i) asks for six, which is 2,192."""
    return count * 365 + (count + 2) // 4


@dataclass(frozen=True, slots=True)
class Term:
    """What a class holds, how long it stays, and which change protects less.

    What proves something protects by staying: shorter is looser. What is only a copy protects by
    going: longer is looser.
    """

    label: str
    holds: str
    default: int
    choices: tuple[int, ...]
    shorter_is_looser: bool = True
    never_shorter: bool = False

    @property
    def shortest(self) -> int:
        return min(self.choices)

    @property
    def longest(self) -> int:
        return max(self.choices)


_RECORDS = tuple(years(count) for count in (1, 2, 3, 6, 7, 10))
_EVIDENCE = tuple(years(count) for count in (6, 7, 8, 10, 15))

TERMS: Mapping[Retained, Term] = {
    Retained.MESSAGES: Term(
        "Messages",
        "Who was written to, what the mail servers answered, and how each connection was protected.",
        years(6),
        _RECORDS,
    ),
    Retained.CONTENT: Term(
        "Content",
        "Campaigns that have ended: what was written, who approved it, and when it went out.",
        years(6),
        _EVIDENCE,
    ),
    Retained.ACTIVITY: Term(
        "Activity",
        "What reached each person and what they did: the timeline on their page.",
        years(6),
        _RECORDS,
    ),
    Retained.IMPORTS: Term(
        "Imports",
        "Rows of uploaded files that were left out, with what was wrong with them. The people who came in stay.",
        90,
        (7, 30, 60, 90, 180, 365),
        shorter_is_looser=False,
    ),
    Retained.EXPORTS: Term(
        "Exports",
        "Who took which data along, why, and how many rows. The files themselves are gone within a day.",
        years(6),
        _EVIDENCE,
    ),
    Retained.PORTAL: Term(
        "Portal",
        "When portal messages were opened or closed, and by which proof. Their text goes earlier, as the policy says.",
        years(6),
        _RECORDS,
    ),
    Retained.AUDIT: Term(
        "Audit log",
        "Everything that anybody did or was refused. Two people have to agree before any of it goes.",
        years(6),
        _EVIDENCE,
        never_shorter=True,
    ),
}


def in_words(days: int) -> str:
    """2,192 → "6 years", 90 → "90 days"."""
    whole = round(days / 365.25)
    if whole >= 1 and years(whole) == days:
        return f"{whole} year{'' if whole == 1 else 's'}"
    return f"{days} days"


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each class stays, as a workspace decided or wants to see."""

    days: Mapping[Retained, int]

    def of(self, retention: Retained | timedelta) -> timedelta:
        if isinstance(retention, timedelta):
            return retention
        return timedelta(days=self.days[retention])
