"""What a letter says of itself in header fields or labels of ours, whichever way it came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.facts import Sensitivity
from compliance.purposes import Purpose, Remuneration
from delivery.letters.words import LetterRefused
from delivery.models import Letter
from tenancy import clock

PREFIX = "x-sealpost-"
LABEL_PREFIX = "sealpost_"
FIELDS = frozenset(
    {
        "purpose", "sensitivity", "protection", "remuneration", "person", "must-arrive-by",
        "must-arrive-within-hours",
    }
)  # fmt: skip
MOST_HOURS = 2160


@dataclass(frozen=True)
class Stated:
    """Nothing said of a thing is an empty text, or what changes nothing."""

    purpose: str = ""
    sensitivity: Sensitivity = Sensitivity.S0
    protection: Letter.Protection = Letter.Protection.STRONGEST
    remuneration: Remuneration = Remuneration.UNSTATED
    record_number: str = ""
    must_arrive_by: datetime | None = None
    must_arrive_within_hours: int | None = None

    def deadline(self, send_at: datetime | None) -> datetime | None:
        """By when a letter that leaves then has to have arrived; None if nothing says that it must."""
        if self.must_arrive_within_hours is None:
            return self.must_arrive_by
        return (send_at or clock.now()) + timedelta(hours=self.must_arrive_within_hours)


def of_labels(labels: Mapping[str, str]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Labels of ours as the header fields that they stand for, and those that are the letter's own."""
    ours = {name for name in labels if name.lower().startswith(LABEL_PREFIX)}
    fields = [(f"X-{name.replace('_', '-')}", labels[name]) for name in sorted(ours)]
    return fields, {name: value for name, value in labels.items() if name not in ours}


def split(
    headers: Iterable[tuple[str, str]],
) -> tuple[Stated, tuple[tuple[str, str], ...]]:
    """What our fields state, and the fields that are the letter's own. Raises LetterRefused."""
    ours: dict[str, str] = {}
    own = []
    for name, value in headers:
        if not name.lower().startswith(PREFIX):
            own.append((name, value))
        elif name.lower() in ours:
            raise LetterRefused("headers", "Send each X-Sealpost field once.")
        else:
            ours[name.lower().removeprefix(PREFIX)] = value.strip()
    return _stated(ours), tuple(own)


def _stated(ours: dict[str, str]) -> Stated:
    if unknown := ours.keys() - FIELDS:
        raise LetterRefused("headers", f"There are {len(unknown)} X-Sealpost fields of no meaning.")
    if {"must-arrive-by", "must-arrive-within-hours"} <= ours.keys():
        raise LetterRefused("must_arrive_by", "Send a time or a number of hours, not both.")
    return Stated(
        purpose=_one_of(ours, "purpose", Purpose.values, ""),
        sensitivity=Sensitivity[_one_of(ours, "sensitivity", Sensitivity.__members__, "S0")],
        protection=Letter.Protection(
            _one_of(ours, "protection", Letter.Protection.values, "strongest")
        ),
        remuneration=Remuneration(_one_of(ours, "remuneration", Remuneration.values, "unstated")),
        record_number=ours.get("person", "")[:100],
        must_arrive_by=_moment(ours.get("must-arrive-by")),
        must_arrive_within_hours=_hours(ours.get("must-arrive-within-hours")),
    )


def _moment(value: str | None) -> datetime | None:
    """RFC 3339. A time without its zone would be somebody's guess."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise LetterRefused(
            "must_arrive_by", "Send a time with its zone, such as 2030-01-31T17:00:00Z."
        )
    return moment


def _hours(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 6) or not (
        1 <= int(value) <= MOST_HOURS
    ):
        raise LetterRefused("must_arrive_by", f"Send a number of hours, 1 to {MOST_HOURS}.")
    return int(value)


def _one_of(ours: dict[str, str], name: str, known: Iterable[str], unsaid: str) -> str:
    value, allowed = ours.get(name, unsaid), list(known)
    if value != unsaid and value not in allowed:
        field = f"X-Sealpost-{name.title()}"
        raise LetterRefused("headers", f"{field} is one of: {', '.join(allowed)}.")
    return value
