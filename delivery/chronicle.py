"""What the audit trail tells of messages: enough to rebuild the life of each one from an export alone.

One event for a batch, so that sending pays for one row and not for one a message. Rows hold ids, states and
codes, in the order of the columns named beside them; an empty value says that nothing changed there.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from audit import services as audit
from audit.services import SYSTEM
from delivery.models import Message


class Born(NamedTuple):
    """A message as it was made."""

    id: UUID
    cause: str
    cause_id: UUID
    contact_id: UUID
    status: str
    reason: str
    route: str


class Turn(NamedTuple):
    """What became of a message, and the event of its story that says so."""

    id: UUID
    status: str = ""
    reason: str = ""
    route: str = ""
    tls_version: str = ""
    kind: str = ""


def tell_born(messages: Iterable[Born | Message]) -> None:
    rows = [[getattr(each, name) for name in Born._fields] for each in messages]
    if rows:
        audit.record("messages.created", actor=SYSTEM, columns=Born._fields, messages=rows)


def tell_turns(action: str, turns: Iterable[Turn], **detail: Any) -> None:
    rows = [list(turn) for turn in turns]
    audit.record(action, actor=SYSTEM, columns=Turn._fields, messages=rows, **detail)
