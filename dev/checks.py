"""The static half of the test run: `make check`. It needs no server."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from dev.environment import Machine, environment
from dev.places import ROOT

BIN = Path(sys.prefix) / "bin"


class Check(NamedTuple):
    """A command that exits 0 if the tree is in order."""

    name: str
    command: Sequence[str | Path]


class Outcome(NamedTuple):
    """What a check said, and how long it took."""

    name: str
    code: int
    output: str
    seconds: float


def checks() -> list[Check]:
    """All of them, the slowest first."""
    scripts = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
    templates = tracked("*.html")
    prose = tracked("*.py", "*.md", "*.html", "*.mjs", "*.js", "*.css")
    migrations = ["manage.py", "makemigrations", "--check", "--dry-run"]
    found = [
        Check("mypy", [BIN / "mypy", "."]),
        Check("migrations", [sys.executable, *migrations]),
        Check("lint-imports", [BIN / "lint-imports"]),
        Check("ruff check", [BIN / "ruff", "check", "--quiet", "."]),
        Check("ruff format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
        Check("codespell", [BIN / "codespell", *prose]),
    ]
    if templates:
        found.append(Check("djlint", [BIN / "djlint", "--lint", "--quiet", *templates]))
    if scripts:
        found.append(Check("node", ["node", "--test", *scripts]))
    return found


def tracked(*patterns: str) -> list[str]:
    """Files of the checkout that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def run_checks() -> int:
    """Run all, two at a time, and print what failed; the exit code of the first failure."""
    with tempfile.TemporaryDirectory() as state, ThreadPoolExecutor(max_workers=2) as pool:
        variables = os.environ | settings_without_servers(Path(state))
        outcomes = list(pool.map(lambda check: _run(check, variables), checks()))
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.code == 0 else 'FAIL'} {outcome.name} ({outcome.seconds:.1f} s)")
        if outcome.code != 0:
            print(outcome.output)
    sys.stdout.flush()  # before pytest writes to the same file
    return next((outcome.code for outcome in outcomes if outcome.code != 0), 0)


def settings_without_servers(state: Path) -> dict[str, str]:
    """What lets settings load; the addresses in it lead nowhere."""
    nowhere = Machine(
        state=state,
        postgres_sockets=state / "nowhere",
        valkey_socket=state / "nowhere" / "v.sock",
        database="sealpost",
        keys_database="sealpost_keys",
    )
    return environment(nowhere) | {"SEALPOST_ENV": "test", "PYTHONWARNINGS": "ignore"}


def _run(check: Check, variables: Mapping[str, str]) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        [*check.command], cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return Outcome(check.name, done.returncode, done.stdout, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(run_checks())
