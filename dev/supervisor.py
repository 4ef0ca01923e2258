"""Keeps programs running: starts them again with back-off, stops them in reverse order."""

import http.client
import signal
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.processes import Children

STEADY_SECONDS = 60.0  # having run that long, a program starts with the shortest pause again
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Program:
    """What to run, and how long it may take to end after SIGTERM."""

    name: str
    command: Sequence[str | Path]
    stop_seconds: float = 5.0


@dataclass
class Run:
    """A program's latest process."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs programs with one environment; each has its own log."""

    def __init__(self, children: Children, environment: Mapping[str, str], logs: Path) -> None:
        self.children = children
        self.environment = environment
        self.logs = logs
        self.runs: list[Run] = []

    def start(self, program: Program) -> None:
        self.runs.append(Run(program, self._spawn(program), time.monotonic()))

    def revive(self) -> None:
        """Start again what ended, after a pause that doubles with each failure."""
        for run in self.runs:
            if run.restart_at is None and run.process.poll() is not None:
                self._plan_restart(run)
            elif run.restart_at is not None and time.monotonic() >= run.restart_at:
                run.process = self._spawn(run.program)
                run.started, run.restart_at = time.monotonic(), None

    def stop(self) -> None:
        while self.runs:
            run = self.runs.pop()
            self.children.end(run.process, by=signal.SIGTERM, seconds=run.program.stop_seconds)

    def log_of(self, program: Program) -> Path:
        return self.logs / f"{program.name}.log"

    def _plan_restart(self, run: Run) -> None:
        if time.monotonic() - run.started > STEADY_SECONDS:
            run.failures = 0
        pause = min(2.0**run.failures, LONGEST_PAUSE)
        run.failures += 1
        run.restart_at = time.monotonic() + pause
        # Its own children may be alive still, and would go on beside the new ones.
        self.children.end(run.process, by=signal.SIGTERM, seconds=0)
        print(
            f"{run.program.name} ended ({run.process.returncode}) and starts again "
            f"in {pause:.0f} s. Its log: {self.log_of(run.program)}"
        )

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return self.children.spawn(
            program.command, environment=self.environment, log=self.log_of(program)
        )


def answers(port: int, path: str, *, trust: Path | None) -> bool:
    """True if GET `path` on this machine gives 200; over TLS if there is a root to `trust`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    if trust:
        context = ssl.create_default_context(cafile=trust)
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
