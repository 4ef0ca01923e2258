"""Where too many people call our mail spam.

Gmail's and Yahoo's rules for bulk senders (2024): stay below 0.1 % of what was accepted, and never
come to 0.3 %, from which on they turn mail away.
"""

from typing import NamedTuple

from django.db.models import Sum

from delivery.models import DomainDay
from delivery.reports.deliverability.queries import since

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
    """In the last days, the worst first."""
    rows = (
        DomainDay.objects.filter(day__gte=since(DAYS))
        .values_list("operator")
        .annotate(complained=Sum("complained"), accepted=Sum("accepted"))
    )
    found = [
        Disliked(operator, complained / max(accepted, complained))
        for operator, complained, accepted in rows
        if complained >= SIGNS
    ]
    return sorted(
        (each for each in found if each.share >= WARNED_FROM), key=lambda each: -each.share
    )
