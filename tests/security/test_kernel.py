"""The tests of the kernel come through each line and branch."""

import json
import os
import subprocess
import sys

import pytest

from config.settings_test import WORKER_NUMBER
from dev.places import ROOT
from tests.security.kernel import KERNEL, OUTSIDE

TESTS = sorted({test for tests in KERNEL.values() for test in tests})
# Databases and a broker number of its own (config/settings_test.py).
OWN_WORKER = f"gw{20 + WORKER_NUMBER}"
# No test of drawn examples fails because measuring takes time.
CALM = ["-m", "not prove", "--hypothesis-profile=ci"]


def test_every_module_of_the_kernel_is_listed_with_tests_that_are_there():
    modules = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tenancy").rglob("*.py")
        if path.stat().st_size and path.parent.name != "migrations"
    }
    assert {name for name in modules if not name.startswith(OUTSIDE)} - KERNEL.keys() == set()
    assert [name for name in (*KERNEL, *TESTS) if not (ROOT / name).is_file()] == []


@pytest.fixture(scope="module")
def reached(tmp_path_factory) -> dict[str, dict]:
    """What coverage says of each module of the kernel, after its tests ran in a process of their own."""
    folder = tmp_path_factory.mktemp("coverage")
    environment = {
        **os.environ,
        "PYTEST_XDIST_WORKER": OWN_WORKER,
        "COVERAGE_FILE": str(folder / "data"),
    }
    measure = ["run", "--branch", f"--include={','.join(KERNEL)}", "-m", "pytest", *CALM]
    for arguments in ([*measure, *TESTS], ["json", "-q", "-o", str(folder / "report.json")]):
        done = subprocess.run(
            [sys.executable, "-m", "coverage", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    return json.loads((folder / "report.json").read_text())["files"]


@pytest.mark.prove
@pytest.mark.parametrize("module", KERNEL)
def test_every_line_and_branch_is_reached(reached, module):
    found = reached[module]
    assert (found["missing_lines"], found["missing_branches"]) == ([], [])
    assert found["summary"]["num_statements"] > 0
    assert found["excluded_lines"] == [] or module == "tenancy/kms.py"
