"""`make backup` and `make restore`: the product's commands, beside the running demo."""

import json
import os
import subprocess
import sys

from dev.environment import Machine, environment
from dev.places import ROOT, socket_directory
from dev.running import LOCK, STATE, VARIABLES, is_taken

DATABASE, KEYS_DATABASE = "sealpost", "sealpost_keys"


def variables(database: str, keys_database: str) -> dict[str, str]:
    """The demo's environment, with its privileged roles, for these databases of its server."""
    with LOCK.open("a") as lock:
        if not is_taken(lock, seconds=0):
            raise SystemExit("The demo is not running. Start it with `make demo`.")
    sockets = socket_directory()
    machine = Machine(STATE, sockets / "pg", sockets / "v.sock", database, keys_database)
    running: dict[str, str] = json.loads(VARIABLES.read_text())
    return os.environ | running | environment(machine)


def run(environ: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    if code != 0:
        sys.exit(code)


def restore(into: str, files: list[str]) -> None:
    if not files:
        raise SystemExit("Say which: make restore MAIN=file KEYS=file INTO=name")
    # Without a backup of the keys, those of the demo are used.
    keys_database = f"{into}_keys" if len(files) > 1 else KEYS_DATABASE
    environ = variables(into, keys_database)
    run(environ, "bootstrap_database")
    run(environ, "restore", *files)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["backup", folder]:
            run(variables(DATABASE, KEYS_DATABASE), "backup", folder)
        case ["restore", into, *files]:
            restore(into, files)
        case _:
            raise SystemExit("backup FOLDER, or restore NAME MAIN [KEYS]")
