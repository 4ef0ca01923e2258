"""Where too many people call our mail spam.

Gmail's and Yahoo's rules for bulk senders (2024): stay below 0.1 % of what was accepted, and never
come to 0.3 %, from which on they turn mail away.
"""

from typing import NamedTuple

from delivery.reports.deliverability import queries
from delivery.reports.deliverability.standing import by_operator

WARNED_FROM = 0.001
TURNED_AWAY_FROM = 0.003
DAYS = 7
# One person may have taken the wrong button.
SIGNS = 2


class Disliked(NamedTuple):
    """A mail operator, by its name in the table, and the share of accepted mail."""

    operator: str
    share: float

    @property
    def is_grave(self) -> bool:
        return self.share >= TURNED_AWAY_FROM


def disliked() -> list[Disliked]:
    """In the last days, the worst first; of enough people that the share points at none of them.

    A complaint of a later day than its mail is counted where no server was asked, so days are added
    up by domain, whose operator is known from the others.
    """
    groups = by_operator(queries.domains(DAYS, counts_people=True))
    known = [
        (group.name, group.standing.counts) for group in groups if group.name and group.standing
    ]
    found = [
        Disliked(name, counts["complained"] / max(counts["accepted"], counts["complained"]))
        for name, counts in known
        if counts["complained"] >= SIGNS
    ]
    return sorted(
        (each for each in found if each.share >= WARNED_FROM), key=lambda each: -each.share
    )
