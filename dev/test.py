"""`make test`: static checks, then pytest with a PostgreSQL and a Valkey of this run's own."""

import signal
import subprocess
import sys

from dev.checks import run_checks
from dev.chromium import browser_variables
from dev.ephemeral import prepare_databases, servers
from dev.places import ROOT
from dev.processes import die_with_parent

# Databases that each xdist worker clones.
TEMPLATE = "sealpost_template"
KEYS_TEMPLATE = "sealpost_keys_template"
FOR_TESTS = {
    "TEST_TEMPLATE_DATABASE": TEMPLATE,
    "TEST_TEMPLATE_KEYS_DATABASE": KEYS_TEMPLATE,
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread of the test
}
PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "-m", "not prove"]


def main(paths: list[str], options: list[str]) -> int:
    """Exit code of the first thing that failed; pytest's summary is the last line printed."""
    static = 0 if paths else run_checks()
    with servers(TEMPLATE, KEYS_TEMPLATE, keeps_data=False) as variables:
        prepare_databases(variables)
        tests = subprocess.run(
            [*PYTEST, *paths, *options],
            cwd=ROOT,
            env=variables | FOR_TESTS | browser_variables(),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGTERM),
            check=False,
        )
    return static or tests.returncode


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    split = sys.argv.index("--")
    sys.exit(main(sys.argv[1:split], sys.argv[split + 1 :]))
