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

PR_SET_PDEATHSIG = 1  # linux/prctl.h


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


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    log: Path,
    account: Account | None = None,
    directory: Path = Path("/"),
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches only its parent.

    It gets `death_signal` when its parent dies, however that happens.
    """
    become: Identity = identity(account) if account else {}
    with log.open("ab") as output:
        return subprocess.Popen(
            [*command],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 - this process has no threads
            **become,
        )


def end(process: subprocess.Popen[bytes], *, by: signal.Signals, seconds: float) -> None:
    """Ask the process to end, wait that long, then kill what is left of its session."""
    if process.poll() is None:
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    kill_session(process.pid)
    process.wait()


def kill_session(leader: int) -> None:
    """Kill every process of the leader's group, also when the leader itself is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded here: little is allowed between fork and exec
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the signal was armed
            os.kill(os.getpid(), signal.SIGKILL)

    return arm
