"""The door for text messages: what goes through it, and what may come of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Trouble(StrEnum):
    """Why a text was not sent."""

    NUMBER = "number"  # it takes no texts, or none of ours: another try changes nothing
    REFUSED = "refused"  # the gateway wants something of the operator: account, sender, money
    SILENT = "silent"  # no answer, or "later"
    LATE = "late"  # its code stopped working before it could be sent


FOR_GOOD = frozenset({Trouble.NUMBER, Trouble.REFUSED, Trouble.LATE})


@dataclass(frozen=True, slots=True)
class Text:
    id: UUID
    number: str = field(repr=False)
    words: str = field(repr=False)


class TextNotTaken(Exception):
    """The gateway did not take it; of silence nobody knows. Says no word of the gateway's answer."""

    def __init__(self, trouble: Trouble, status: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble, self.status = trouble, status


class Gateway(Protocol):
    def send(self, text: Text) -> str:
        """What the gateway calls it from now on. Raises TextNotTaken."""
