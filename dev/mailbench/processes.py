"""The servers by name: start, stop, kill, pause and let go on, while everything else runs."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0
END_SECONDS = 5.0


@dataclass(frozen=True)
class Server:
    """What to run, and the place that takes connections once it is ready."""

    name: str
    command: Sequence[str]
    address: str
    port: int


class Servers:
    """Runs in the process that is the first of its namespace: what it starts ends with it."""

    def __init__(self, servers: Sequence[Server], logs: Path) -> None:
        self._known = {server.name: server for server in servers}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs = logs

    def names(self) -> list[str]:
        return list(self._known)

    def start(self, name: str) -> None:
        """Start it and wait until it takes connections. Raises TimeoutError, or OSError if it ended."""
        self.launch(name)
        self.await_ready(name)

    def launch(self, name: str) -> None:
        server = self._known[name]
        with (self._logs / f"{name}.log").open("ab") as output:
            self._running[name] = subprocess.Popen(
                server.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                start_new_session=True,
            )  # fmt: skip

    def await_ready(self, name: str) -> None:
        server, process = self._known[name], self._running[name]
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection((server.address, server.port), 1).close()
                return
            if process.poll() is not None:
                last = (self._logs / f"{name}.log").read_text(errors="replace")[-2000:]
                raise OSError(f"{name} ended ({process.returncode}): {last}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} takes no connections")
            time.sleep(0.02)

    def stop(self, name: str) -> None:
        """As an operator would: it may finish what it is at."""
        process = self._running.pop(name)
        family = _family(process.pid)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        _signal(family, signal.SIGKILL)
        process.wait()

    def kill(self, name: str) -> None:
        """As a loss of power would."""
        process = self._running.pop(name)
        _signal(_family(process.pid), signal.SIGKILL)
        process.wait()

    def pause(self, name: str) -> None:
        """It keeps its connections and says nothing."""
        _signal(_family(self._running[name].pid), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        _signal(_family(self._running[name].pid), signal.SIGCONT)

    def memory(self) -> dict[str, int]:
        """Proportional memory of each, in KiB: what would be free without it."""
        return {
            name: sum(map(_proportional, _family(process.pid)))
            for name, process in self._running.items()
        }


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _family(ancestor: int) -> list[int]:
    """The process and all its descendants, in this namespace's own /proc."""
    parents = dict(_parents())
    family = [ancestor]
    for one in family:
        family += [pid for pid, parent in parents.items() if parent == one]
    return family


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (folder / "stat").read_text()
                yield int(folder.name), int(stat.rpartition(")")[2].split()[1])


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
