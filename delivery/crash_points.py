"""Places where a test kills the process, to prove that no message is lost or goes out twice.

Nothing happens outside the test environment. SEALPOST_CRASH_AT is "point" or "point:3" for the
third time that it is reached.
"""

import os
import signal
from collections import Counter

POINTS = (
    "claimed",  # leases are committed
    "prepared",  # drafts are made, nothing was said to any server
    "announced",  # in_data is committed for a group
    "connected",  # a session is open, nothing was said about the message
    "asked",  # the server waits for the text, the journal does not say that the dot follows
    "following",  # the journal says so
    "before_dot",  # the text is written, its dot is not
    "after_dot",  # the dot is written, the answer is not read
    "answered",  # the answer is read, nothing is noted
    "noted",  # the answer is in the journal, nothing is recorded
    "recorded",  # the outcome is committed
)

_wanted = ""
_reached: Counter[str] = Counter()


def arm() -> None:
    """Read what is wanted; again in a process that was forked with an environment of its own."""
    global _wanted  # noqa: PLW0603 one for the process, read at each point
    is_test = os.environ.get("SEALPOST_ENV") == "test"
    _wanted = os.environ.get("SEALPOST_CRASH_AT", "") if is_test else ""
    _reached.clear()


def reach(point: str) -> None:
    """Die here, as kill -9 does, if a test asked for it."""
    if not _wanted:
        return
    name, _, times = _wanted.partition(":")
    _reached[point] += 1
    if point == name and _reached[point] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)


arm()
