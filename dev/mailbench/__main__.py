"""`make servers`: the bench by itself, to look around in until Ctrl-C; or only the servers named."""

import signal
import sys
import time
from collections.abc import Sequence

from dev.mailbench.bench import ALL, CannotRun, running
from dev.mailbench.postures import POSTURES


def main(servers: Sequence[str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    began = time.monotonic()
    try:
        with running(servers or ALL) as bench:
            memory = bench.order("memory")["memory"]
            for posture in POSTURES:
                print(f"{posture.address:13} {posture.domain:22} {posture.certificate}")
            print(f"Files: {bench.folder}")
            print(f"Ready after {time.monotonic() - began:.1f} s; memory in KiB: {memory}")
            print(
                f"Look around:  {' '.join(bench.entering())} posttls-finger -c -l dane dane3.test"
            )
            print("Ctrl-C ends it.", flush=True)
            signal.pause()
    except CannotRun as reason:
        raise SystemExit(f"The bench cannot run here: {reason}.") from None


if __name__ == "__main__":
    main(sys.argv[1:])
