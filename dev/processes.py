"""Starting and stopping child processes that do not outlive this one."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

from dev.places import ROOT

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LEASH = Path(__file__).with_name("leash.py")


class Account(NamedTuple):
    """Whom a server runs as."""

    uid: int
    gid: int


class Identity(TypedDict, total=False):
    """The arguments with which subprocess changes account."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged_account() -> Account:
    """The caller; for root, who may not run PostgreSQL, the account `postgres` or else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = entries.get("postgres") or entries["nobody"]
    return Account(entry.pw_uid, entry.pw_gid)


def identity(account: Account) -> Identity:
    """How to become `account`; nothing to do for the caller's own."""
    if account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


class Children:
    """The processes that this one started, none of which outlives it.

    They get a signal when it dies, and their own children a leash; `held` are open locks that
    stay locked until the leash has done its work.
    """

    def __init__(self, held: Sequence[int] = ()) -> None:
        self._leash = subprocess.Popen(
            [sys.executable, "-I", "-S", LEASH],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=held,
        )
        self._orders = self._leash.stdin.fileno() if self._leash.stdin else -1

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        log: Path,
        account: Account | None = None,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own, so that Ctrl-C reaches only its parent."""
        become: Identity = identity(account) if account else {}
        arm = die_with_parent(death_signal)

        def before_exec() -> None:
            # The child itself tells the leash: between its first breath and ours we may be killed.
            os.write(self._orders, b"+%d\n" % os.getpid())
            arm()

        with log.open("ab") as output:
            return subprocess.Popen(
                [*command],
                cwd="/" if become else ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - no threads here
                **become,
            )

    def end(self, process: subprocess.Popen[bytes], *, by: signal.Signals, seconds: float) -> None:
        """Ask the process to end, wait that long, then kill what is left of its session."""
        if process.poll() is None:
            process.send_signal(by)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.write(self._orders, b"-%d\n" % process.pid)

    def close(self) -> None:
        """Let the leash go, once all have ended."""
        self._leash.communicate()


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For subprocess's `preexec_fn`: the child gets that signal when this process ends."""
    libc = ctypes.CDLL(None)  # loaded here: little is allowed between fork and exec
    parent = os.getpid()

    def arm() -> None:
        if sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the signal was armed
            os.kill(os.getpid(), signal.SIGKILL)

    return arm
