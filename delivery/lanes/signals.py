"""What the end of a try says about the lane, which is another question than what it says of the message."""

from enum import StrEnum

from delivery.replies import Meaning, meaning_of
from delivery.wire.door import Outcome, Result
from delivery.wire.session import Stage


class Signal(StrEnum):
    """ACCEPTED and TALKED: somebody is there. THROTTLED: too fast. LOST: nobody is there."""

    ACCEPTED = "accepted"
    TALKED = "talked"
    THROTTLED = "throttled"
    LOST = "lost"
    SILENT = "silent"  # the lane was not tried at all


TOO_FAST = frozenset({421})
# 4.7.x: policy, said for now (RFC 3463 X.7). 4.3.2 and 4.4.5: the system takes no more for the moment.
TOO_FAST_STATUS = ("4.7.", "4.3.2", "4.4.5")


def signal_of(outcome: Outcome) -> Signal:
    """A refusal of one sender or one mailbox (5yz, 4.2.x, greylisting) slows nobody else down."""
    match outcome.result:
        case Result.ACCEPTED:
            return Signal.ACCEPTED
        case Result.UNPROTECTED | Result.WITHHELD | Result.UNCERTAIN:
            return Signal.TALKED
    if outcome.stage is Stage.DNS:
        return Signal.SILENT
    meaning = meaning_of(outcome.stage, outcome.reply, outcome.host)
    if meaning in {Meaning.NO_CONNECTION, Meaning.CONNECTION_LOST}:
        return Signal.LOST
    if outcome.reply.code in TOO_FAST:
        return Signal.THROTTLED
    if meaning is Meaning.TRY_LATER and outcome.reply.enhanced.startswith(TOO_FAST_STATUS):
        return Signal.THROTTLED
    return Signal.TALKED
