"""A PostgreSQL and a Valkey for one run, in a new directory that is gone afterwards."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.environment import Machine, environment, passwords
from dev.places import ROOT, temporary_directory
from dev.postgres import Postgres
from dev.processes import Children
from dev.valkey import Valkey


@contextmanager
def servers(database: str, keys_database: str, *, keeps_data: bool) -> Iterator[dict[str, str]]:
    """Start both and yield the environment that leads to them.

    Without `keeps_data` they skip what guards against a loss of power, and are faster.
    """
    remove_abandoned()
    run = temporary_directory("run")
    lock = (run / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    machine = Machine(run / "state", run / "pg", run / "v.sock", database, keys_database)
    password = passwords(machine.state)["admin"]
    children = Children()
    postgres = Postgres(
        children, run / "data", run / "pg", run / "postgres.log", password, keeps_data
    )
    valkey = Valkey(children, run / "valkey", run / "v.sock", run / "valkey.log", keeps_data)
    try:
        postgres.start()
        valkey.start()
        yield os.environ | environment(machine) | for_runs(run)
    finally:
        valkey.stop()
        postgres.stop()
        children.close()
        shutil.rmtree(run, ignore_errors=True)


def for_runs(run: Path) -> dict[str, str]:
    """What the demo takes from its own ports and folders."""
    return {
        "SEALPOST_ENV": "test",
        "PUBLIC_PORT": "8000",
        "SANDBOX_MAIL_DIR": str(run / "mail"),
        "DELIVERY_ALLOW_LOOPBACK": "1",
    }


def prepare_databases(variables: Mapping[str, str]) -> None:
    """Make roles, both databases and their tables. Raises SystemExit if that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "dev.prepare", "bootstrap_database", "migrate_all"],
        cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}\nThe databases could not be prepared.")


def remove_abandoned() -> None:
    """Remove what killed runs left: nobody holds their lock."""
    for run in Path("/tmp").glob("sealpost-run-*"):
        try:
            with (run / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(run, ignore_errors=True)
        except OSError:
            continue
