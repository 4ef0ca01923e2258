"""What a step for a message that must arrive is called in its story."""

from collections.abc import Mapping
from typing import NamedTuple

from delivery.models import MustArrive

Stage = MustArrive.Stage


class Told(NamedTuple):
    """`mark` is that of a line of the story; `reason` one word of delivery.reports.reasons."""

    mark: str
    sentence: str
    reason: str


TAKEN = {
    Stage.PORTAL: ("portal", "It must arrive: a notice of it in the portal was queued."),
    Stage.SECOND: ("note", "It must arrive: it was queued to the second address."),
    Stage.STAFF: ("failed", "It must arrive: staff was asked to reach the person."),
    Stage.ARRIVED: ("note", "It had to arrive, and did."),
    Stage.CALLED_OFF: ("skipped", "Nobody watches any more whether it arrives."),
}
PASSED_OVER = {
    Stage.PORTAL: "It must arrive, but no portal notice could be sent.",
    Stage.SECOND: "It must arrive, but it could not go to a second address.",
}


def told(detail: Mapping[str, str]) -> Told:
    """Raises KeyError for a step that nobody gave words."""
    stage = Stage(detail["step"])
    if hindrance := detail.get("not"):
        return Told("skipped", PASSED_OVER[stage], hindrance)
    return Told(*TAKEN[stage], detail["reason"])
