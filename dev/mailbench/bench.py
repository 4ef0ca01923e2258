"""Starts the bench, and lets a test into its network. Root, Debian and namespaces are needed."""

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.ephemeral import remove_abandoned
from dev.mailbench.packages import PackagesMissing, unpacked
from dev.places import ROOT, temporary_directory
from dev.processes import die_with_parent

CORE = ("knot", "unbound", "dovecot", "postfix", "policies")
ALL = (*CORE, "exim", "relay", "rspamd")
START_SECONDS = 60.0
CLONE_NEWNET = 0x40000000
NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"]


class CannotRun(Exception):
    """This machine cannot run the bench; the message says why."""


class OrderFailed(Exception):
    """A server did not do what it was told."""


def why_not() -> str:
    """Why this machine cannot run it; empty if it can, but for packages that may be unreachable."""
    if sys.platform != "linux":
        return "it needs Linux"
    if os.geteuid() != 0:
        return "it needs root: mail servers change to accounts of their own"
    if not (shutil.which("unshare") and shutil.which("ip")):
        return "it needs unshare and ip"
    overlay = ["mount", "-t", "overlay", "probe", "-o", "lowerdir=/usr/lib:/usr/share", "/mnt"]
    probe = subprocess.run([*NAMESPACES, *overlay], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "no namespaces or no overlays can be made here"


@dataclass(frozen=True)
class Bench:
    """A running one: its files, and its first process as this side sees it."""

    folder: Path
    first: int
    control: Path
    seconds: float

    @property
    def ca_file(self) -> Path:
        return self.folder / "tls" / "ca.pem"

    def order(self, verb: str, name: str = "") -> dict[str, object]:
        """start, stop, kill, pause or resume a server, or `memory`. Raises OrderFailed."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(START_SECONDS)
            connection.connect(str(self.control))
            connection.sendall(json.dumps({"verb": verb, "name": name}).encode() + b"\n")
            answer: dict[str, object] = json.loads(connection.makefile().readline())
        if "error" in answer:
            raise OrderFailed(f"{verb} {name}: {answer['error']}")
        return answer

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The bench while one server is stopped."""
        self.order("stop", name)
        try:
            yield
        finally:
            self.order("start", name)

    @contextmanager
    def also(self, *names: str) -> Iterator[None]:
        """The bench while servers run that nobody else asked for."""
        for name in names:
            self.order("start", name)
        try:
            yield
        finally:
            for name in names:
                self.order("stop", name)

    def run(
        self, command: Sequence[str | Path], given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """A program of the packages, with the bench's network, names and files; `given` is its input."""
        return subprocess.run(
            [*self.entering(), *command],
            input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
        )  # fmt: skip

    def entering(self) -> list[str]:
        return ["nsenter", f"--target={self.first}", "--net", "--mount", "--pid"]

    @contextmanager
    def network(self) -> Iterator[None]:
        """This thread, and those it starts, are in the bench's network: nothing they send can leave."""
        with Path("/proc/thread-self/ns/net").open() as own:
            with Path(f"/proc/{self.first}/ns/net").open() as theirs:
                _enter(theirs.fileno())
            try:
                yield
            finally:
                _enter(own.fileno())

    def stored(self, address: str, *, count: int = 1, seconds: float = 10) -> list[bytes]:
        """What a mailbox holds, once that are `count` messages or the time is up."""
        local, _, domain = address.partition("@")
        box = self.folder / "dovecot" / "mail" / domain / local / "new"
        deadline = time.monotonic() + seconds
        while True:
            files = sorted(box.glob("*"))
            if len(files) >= count or time.monotonic() > deadline:
                return [file.read_bytes() for file in files]
            time.sleep(0.02)


@contextmanager
def running(servers: Sequence[str] = CORE, records: Sequence[str] = ()) -> Iterator[Bench]:
    """A bench until the block ends, with records of the caller's own. Raises CannotRun."""
    if reason := why_not():
        raise CannotRun(reason)
    try:
        packages = unpacked()
    except PackagesMissing as missing:
        raise CannotRun(str(missing)) from None
    remove_abandoned()
    folder = temporary_directory("run")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with _started(folder, packages, servers, records) as bench:
                yield bench
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(
    folder: Path, packages: Path, servers: Sequence[str], records: Sequence[str]
) -> Iterator[Bench]:
    job, control = folder / "job.json", folder / "control"
    told = {
        "folder": str(folder), "packages": str(packages), "control": str(control),
        "servers": servers, "records": records,
    }  # fmt: skip
    job.write_text(json.dumps(told))
    with (folder / "inside.log").open("wb") as log:
        process = subprocess.Popen(
            [*NAMESPACES, sys.executable, "-m", "dev.mailbench.inside", job],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it was loaded before the fork
        )  # fmt: skip
    try:
        with socket.socket(socket.AF_UNIX) as holder:
            answer = _held(holder, control, process, folder)
            yield Bench(folder, _child_of(process.pid), control, answer["seconds"])
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
        process.kill()
        process.wait()


def _held(
    holder: socket.socket, control: Path, process: subprocess.Popen[bytes], folder: Path
) -> dict[str, float]:
    """Connect once everything has started: the bench lives as long as this connection."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):
            holder.connect(str(control))
            break
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The bench did not start:\n{(folder / 'inside.log').read_text()}")
        time.sleep(0.02)
    answer: dict[str, float] = json.loads(holder.makefile().readline())
    return answer


def _child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _enter(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
