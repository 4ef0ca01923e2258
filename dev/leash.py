"""Ends what a killed parent leaves behind. Its parent says "+PID" and "-PID"; the end of that
stream is the parent's end.

The children have got their own signal by then (PR_SET_PDEATHSIG) and may leave in order; this is
for their children in turn, and for those that do not leave. Standard library only, for a quick start.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

GRACE_SECONDS = 15.0


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        change = sessions.add if line.startswith("+") else sessions.discard
        change(int(line[1:]))
    deadline = time.monotonic() + GRACE_SECONDS
    while sessions:
        late = time.monotonic() > deadline
        for leader in [leader for leader in sessions if late or is_gone(leader)]:
            sessions.discard(leader)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    """True also for a zombie: in a container nobody may be there to take its exit code."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # it has just gone, or this is no Linux
        return False
    return state == "Z"


if __name__ == "__main__":
    main()
