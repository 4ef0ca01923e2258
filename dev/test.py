"""`make test`: static checks, then pytest with a PostgreSQL and a Valkey of this run's own."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.checks import run_checks
from dev.chromium import browser_variables
from dev.environment import Machine, environment, passwords
from dev.places import ROOT, temporary_directory
from dev.postgres import Postgres
from dev.processes import Children, die_with_parent
from dev.valkey import Valkey

TEMPLATE = "sealpost_template"
KEYS_TEMPLATE = "sealpost_keys_template"


def main(paths: list[str], options: list[str]) -> int:
    """Exit code of the first thing that failed; pytest's summary is the last line printed."""
    static = 0 if paths else run_checks()
    with servers() as variables:
        prepare_templates(variables)
        tests = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "2", *paths, *options],
            cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, check=False,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
    return static or tests.returncode


@contextmanager
def servers(*, keeps_data: bool = False) -> Iterator[dict[str, str]]:
    """Start both servers in a new directory; yields the environment; leaves nothing behind.

    `keeps_data` waits for the disk as production does: benchmarks ask for it, tests need not.
    """
    remove_abandoned()
    run = temporary_directory("test")
    lock = (run / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    machine = Machine(
        state=run / "state",
        postgres_sockets=run / "pg",
        valkey_socket=run / "v.sock",
        database=TEMPLATE,
        keys_database=KEYS_TEMPLATE,
    )
    children = Children()
    postgres = Postgres(
        children,
        data=run / "data",
        sockets=machine.postgres_sockets,
        log=run / "postgres.log",
        password=passwords(machine.state)["admin"],
        keeps_data=keeps_data,
    )
    valkey = Valkey(
        children,
        data=run / "valkey",
        socket=machine.valkey_socket,
        log=run / "valkey.log",
        keeps_data=keeps_data,
    )
    try:
        postgres.start()
        valkey.start()
        yield os.environ | environment(machine) | for_tests(run) | browser_variables()
    finally:
        valkey.stop()
        postgres.stop()
        children.close()
        shutil.rmtree(run, ignore_errors=True)


def for_tests(run: Path) -> dict[str, str]:
    """What only tests read, and what the demo takes from its own ports."""
    return {
        "SEALPOST_ENV": "test",
        "TEST_TEMPLATE_DATABASE": TEMPLATE,
        "TEST_TEMPLATE_KEYS_DATABASE": KEYS_TEMPLATE,
        "PUBLIC_PORT": "8000",
        "SANDBOX_MAIL_DIR": str(run / "mail"),
        "DELIVERY_ALLOW_LOOPBACK": "1",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread of the test
    }


def prepare_templates(variables: Mapping[str, str]) -> None:
    """Make the databases that each xdist worker clones. Raises SystemExit if migrating fails."""
    done = subprocess.run(
        [sys.executable, "-m", "dev.prepare", "bootstrap_database", "migrate_all"],
        cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}\nThe databases could not be prepared.")


def remove_abandoned() -> None:
    """Remove what runs left that were killed: their lock is free."""
    for run in Path("/tmp").glob("sealpost-test-*"):
        try:
            with (run / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(run, ignore_errors=True)
        except OSError:
            continue


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    sys.exit(main(sys.argv[1:split], sys.argv[split + 1 :]))
