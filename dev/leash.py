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
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


if __name__ == "__main__":
    main()
