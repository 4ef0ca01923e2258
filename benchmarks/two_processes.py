"""The whole way of a message in two processes, signed and not, against Postfix's source and sink."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from benchmarks import postfix
from benchmarks.measurement import Measurement
from benchmarks.send import LAYERS, prepare, require_all_sent, served, sign_with_own_keys
from benchmarks.workplace import clinic

if TYPE_CHECKING:
    from compliance.models import SenderDomain

GOAL, UNSIGNED_GOAL = 0.40, 0.75
UNSIGNED_LAYERS = tuple(layer for layer in LAYERS if layer != "DKIM twice")


def main() -> int:
    if not postfix.is_here():
        print("send.full.2p: Postfix's smtp-source is not on this machine.", file=sys.stderr)
        return 0
    signed, unsigned = sent_per_second(sign_with_own_keys), sent_per_second(not_at_all)
    with tempfile.TemporaryDirectory() as folder, postfix.sink(Path(folder)) as port:
        limit = postfix.source_messages_per_second(port)
    unit = "messages/s"
    figures = [
        Measurement("send.full.2p", signed, unit, limit, signed / limit, GOAL, LAYERS),
        Measurement(
            "send.unsigned.2p",
            unsigned,
            unit,
            limit,
            unsigned / limit,
            UNSIGNED_GOAL,
            UNSIGNED_LAYERS,
        ),
    ]
    for figure in figures:
        print(figure.line())
    return int(not all(figure.reaches_goal for figure in figures))


def not_at_all(_domain: "SenderDomain") -> None:
    """No keys, no signatures."""


def sent_per_second(sign: "Callable[[SenderDomain], None]") -> float:
    with clinic() as tenant, tempfile.TemporaryDirectory() as folder, ExitStack() as held:
        due = prepare(sign)
        zone, ca_file, port = held.enter_context(served(Path(folder)))
        command = [sys.executable, "-m", "benchmarks.sender", str(tenant.id), zone, ca_file, port]
        senders = [
            held.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(2)
        ]
        for sender in senders:
            _lines(sender)[1].readline()
        began = time.perf_counter()
        for sender in senders:
            _lines(sender)[0].write("go\n")
            _lines(sender)[0].flush()
        if any(sender.wait() for sender in senders):
            raise SystemExit("A sender failed.")
        seconds = time.perf_counter() - began
        require_all_sent(due)
    return due / seconds


def _lines(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("a process without pipes")
    return process.stdin, process.stdout


if __name__ == "__main__":
    sys.exit(main())
