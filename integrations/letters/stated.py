"""What a letter says of itself in header fields of ours, whichever way it came."""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.facts import Sensitivity
from compliance.purposes import Purpose, Remuneration
from delivery.letters.words import LetterRefused
from delivery.models import Letter

PREFIX = "x-sealpost-"


@dataclass(frozen=True)
class Stated:
    """Nothing said of a thing is an empty text, or what changes nothing."""

    purpose: str = ""
    sensitivity: Sensitivity = Sensitivity.S0
    protection: Letter.Protection = Letter.Protection.STRONGEST
    remuneration: Remuneration = Remuneration.UNSTATED
    record_number: str = ""


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
    if unknown := ours.keys() - {
        "purpose", "sensitivity", "protection", "remuneration", "person"
    }:  # fmt: skip
        raise LetterRefused("headers", f"There are {len(unknown)} X-Sealpost fields of no meaning.")
    return Stated(
        purpose=_one_of(ours, "purpose", Purpose.values, ""),
        sensitivity=Sensitivity[_one_of(ours, "sensitivity", Sensitivity.__members__, "S0")],
        protection=Letter.Protection(
            _one_of(ours, "protection", Letter.Protection.values, "strongest")
        ),
        remuneration=Remuneration(_one_of(ours, "remuneration", Remuneration.values, "unstated")),
        record_number=ours.get("person", "")[:100],
    )


def _one_of(ours: dict[str, str], name: str, known: Iterable[str], unsaid: str) -> str:
    value, allowed = ours.get(name, unsaid), list(known)
    if value != unsaid and value not in allowed:
        field = f"X-Sealpost-{name.title()}"
        raise LetterRefused("headers", f"{field} is one of: {', '.join(allowed)}.")
    return value
