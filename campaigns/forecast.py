"""How mail would travel, by what is remembered of the servers of its recipients. It promises nothing:
each message proves its own connection."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.facts import TransportLevel


class Expectation(NamedTuple):
    """What the servers of a domain are likely to prove; None where nobody knows.

    `was_safe`: they proved verified TLS lately. `breaks_promise`: the domain's own DANE records or
    MTA-STS policy forbid its servers as they are.
    """

    level: TransportLevel | None
    was_safe: bool = False
    breaks_promise: bool = False


NOTHING_KNOWN = Expectation(None)


class Mailbox(NamedTuple):
    """What decides about the way to a mailbox, beside its servers."""

    domain: str
    required: TransportLevel
    accepted: TransportLevel | None = None


@dataclass(slots=True)
class Forecast:
    """People by the way of their mail, as far as it is for servers to decide."""

    # Verified TLS, by the level that was proved last; None where none is known yet.
    verified: Counter[TransportLevel | None] = field(default_factory=Counter)
    # Mail that tells of nobody's care, to servers that prove nothing.
    harmless: int = 0
    # They were warned, and asked for email without full protection.
    asked: int = 0
    # By domain: below what the policy asks for.
    below: Counter[str] = field(default_factory=Counter)


def forecast(mailboxes: Mapping[Mailbox, int], expected: Mapping[str, Expectation]) -> Forecast:
    """The same order as in the table of routes (delivery.routes)."""
    found = Forecast()
    for mailbox, people in mailboxes.items():
        known = expected.get(mailbox.domain, NOTHING_KNOWN)
        if known.breaks_promise:
            found.below[mailbox.domain] += people
        elif known.level is None:
            found.verified[None] += people
        elif known.level >= max(mailbox.required, TransportLevel.VERIFIED):
            found.verified[known.level] += people
        elif mailbox.required is TransportLevel.ANY:
            found.harmless += people
        elif _is_enough(mailbox, known):
            found.asked += people
        else:
            found.below[mailbox.domain] += people
    return found


def _is_enough(mailbox: Mailbox, known: Expectation) -> bool:
    """A server that could do better lately has to, whatever the person asked for."""
    if mailbox.accepted is None or known.level is None or known.was_safe:
        return False
    return known.level >= mailbox.accepted
