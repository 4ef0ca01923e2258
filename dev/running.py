"""The demo of this checkout while it runs: who holds it, how to stop it, codes to sign in with."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import IO

from dev.places import LOCAL, ROOT, private_directory, write_private
from dev.postgres import remove_cluster

STATE = LOCAL / "demo"
LOCK = LOCAL / "demo.lock"
RECORD = STATE / "running.json"
VARIABLES = STATE / "environment.json"
STOP_SECONDS = 60.0
ALREADY_RUNNING = 3


@contextlib.contextmanager
def claim() -> Iterator[IO[str]]:
    """Hold the checkout's demo. Exits with 3 if another process runs it.

    After a kill -9 the lock is still held for as long as the remains are being ended.
    """
    LOCAL.mkdir(exist_ok=True)
    with LOCK.open("a") as lock:
        if is_taken(lock, seconds=0):
            pid, url = holder()
            if is_alive(pid) or is_taken(lock, seconds=STOP_SECONDS):
                print(f"The demo runs already: {url or 'it is starting'} (process {pid}).")
                sys.exit(ALREADY_RUNNING)
        private_directory(STATE, mode=0o711)  # for the account of the database server
        record("", {})
        yield lock


def record(url: str, variables: Mapping[str, str]) -> None:
    """Tell other commands of this checkout where the demo runs, and with which settings."""
    write_private(RECORD, json.dumps({"pid": os.getpid(), "url": url}))
    write_private(VARIABLES, json.dumps(dict(variables)))


def stop() -> None:
    """End the running demo, if any, and wait until it is gone."""
    LOCAL.mkdir(exist_ok=True)
    with LOCK.open("a") as lock:
        if not is_taken(lock, seconds=0):
            print("The demo is not running.")
            return
        pid, _ = holder()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if is_taken(lock, seconds=STOP_SECONDS):
            raise SystemExit(f"Process {pid} does not end.")
    print("Stopped.")


def reset() -> None:
    """Drop everything that the demo keeps."""
    stop()
    remove_cluster(STATE / "postgres")
    shutil.rmtree(STATE, ignore_errors=True)
    print("The demo's data is dropped.")


def code(emails: list[str]) -> int:
    """Print one-time codes to sign in with: of one account, or of all."""
    with LOCK.open("a") as lock:
        if not is_taken(lock, seconds=0):
            raise SystemExit("The demo is not running. Start it with `make demo`.")
    variables = os.environ | json.loads(VARIABLES.read_text())
    account = [f"--user={email}" for email in emails]
    command = [sys.executable, "manage.py", "one_time_code", *account]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def is_taken(lock: IO[str], *, seconds: float) -> bool:
    """Try for so long to get the lock; False once it is ours."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        if time.monotonic() >= deadline:
            return True
        time.sleep(0.1)


def holder() -> tuple[int, str]:
    """Process and address of the demo that holds the lock."""
    stored = json.loads(RECORD.read_text())
    return int(stored["pid"]), str(stored["url"])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["stop"]:
            stop()
        case ["reset"]:
            reset()
        case ["code", *who]:
            sys.exit(code(who))
        case _:
            raise SystemExit("stop, reset or code")
