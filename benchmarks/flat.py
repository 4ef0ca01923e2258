"""Whether a sending process stays as it is: memory and CPU of a message, early and late in a long campaign.

`python -m benchmarks.flat 1000000` sends a million, which takes half an hour; `make bench` sends fewer. What
a message costs when the audience is frozen is measured on the way. PostgreSQL's own CPU is not counted.
"""

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measurement import Measurement
from benchmarks.send import DOMAINS, LAYERS, begin, freeze, require_all_sent, sink
from benchmarks.workplace import add_people, clinic

if TYPE_CHECKING:
    from delivery.wire.transport import SmtpTransport

MESSAGES = 12_000
STEPS = 10
# Late over early: a tenth more is noise.
GOAL = 0.9
FREEZE_GOAL_SECONDS = 60.0  # for a million


class Mark(NamedTuple):
    """After so many messages: memory in use, and CPU seconds for each since the mark before."""

    messages: int
    megabytes: float
    cpu_seconds: float


def main(messages: int = MESSAGES) -> int:
    with clinic(), tempfile.TemporaryDirectory() as folder:
        add_people(messages, domains=DOMAINS)
        begin()
        began = time.process_time()
        due = freeze()
        per_million = (time.process_time() - began) / due * 1e6
        with sink(Path(folder)) as transport:
            marks = sent_with_marks(transport, due)
        require_all_sent(due)
    for mark in marks:
        print(f"{mark.messages:,}: {mark.megabytes:,.0f} MB, {mark.cpu_seconds * 1e6:,.0f} µs")
    early, late = marks[0], marks[-1]
    figures = [
        Measurement(
            "send.flat", late.megabytes, "MB", early.megabytes,
            early.megabytes / late.megabytes, GOAL, LAYERS,
        ),
        Measurement(
            "send.cost", late.cpu_seconds * 1e6, "µs", early.cpu_seconds * 1e6,
            early.cpu_seconds / late.cpu_seconds, GOAL, LAYERS,
        ),
        Measurement(
            "send.freeze", per_million, "s for a million", FREEZE_GOAL_SECONDS,
            FREEZE_GOAL_SECONDS / per_million, 1.0, ("gate", "unsealing", "walls", "audit"),
        ),
    ]  # fmt: skip
    for figure in figures:
        print(figure.line())
    return int(not all(figure.reaches_goal for figure in figures))


def sent_with_marks(transport: "SmtpTransport", due: int) -> list[Mark]:
    """After each tenth."""
    from delivery import worker
    from delivery.drafters import drafters
    from delivery.queries import due as waiting
    from tenancy import clock

    marks: list[Mark] = []
    sent, since, cpu = 0, 0, time.process_time()
    with clock.at(clock.now() + timedelta(minutes=2)):
        while tried := worker.send_due(transport, drafters(), stopped=waiting.StoppedLately()):
            sent += tried
            if sent >= due * (len(marks) + 1) / STEPS:
                now = time.process_time()
                marks.append(Mark(sent, megabytes(), (now - cpu) / (sent - since)))
                since, cpu = sent, now
    return marks


def megabytes() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
