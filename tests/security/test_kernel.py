"""The tests of the kernel come through each line and branch, and notice small changes to it."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from config.settings_test import WORKER_NUMBER
from dev.places import ROOT
from tests.security.kernel import CORE, KERNEL, OUTSIDE

TESTS = sorted({test for tests in KERNEL.values() for test in tests})
# Databases and a broker number of its own (config/settings_test.py).
OWN_WORKER = f"gw{20 + WORKER_NUMBER}"
# No test of drawn examples fails because measuring takes time.
CALM = ["-m", "not prove", "--hypothesis-profile=ci"]
NUMBERS: SimpleQueue[int] = SimpleQueue()
for _number in range(2):
    NUMBERS.put(22 + 2 * WORKER_NUMBER + _number)
# A module on a line, below it its mutants that live, below each the reason.
SURVIVORS = Path(__file__).with_name("survivors.txt")


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


def run_mutants(module: str, answers: Path) -> dict[str, bool]:
    """Of each mutant of the module, whether a test noticed it."""
    number = NUMBERS.get()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dev.mutants", answers, module, *CORE[module]],
            cwd=ROOT, env=os.environ | {"PYTEST_XDIST_WORKER": f"gw{number}"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        NUMBERS.put(number)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return json.loads(answers.read_text())


@pytest.fixture(scope="module")
def noticed(request, tmp_path_factory) -> dict[str, dict[str, bool]]:
    """By module that is asked for, what became of each mutant; two modules at a time."""
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {spec.params.get("core") for spec in specs if spec}
    modules = [module for module in CORE if module in asked]
    folder = tmp_path_factory.mktemp("mutants")
    with ThreadPoolExecutor(NUMBERS.qsize()) as pool:
        answers = [folder / f"{place}.json" for place in range(len(modules))]
        return dict(zip(modules, pool.map(run_mutants, modules, answers), strict=True))


def explained() -> dict[str, dict[str, str]]:
    """By module, the mutants that live, each with the reason."""
    found: dict[str, dict[str, str]] = {}
    for line in SURVIVORS.read_text().splitlines():
        match len(line) - len(line.lstrip()):
            case 0 if line:
                mutants = found[line] = {}
            case 2:
                mutant = line.strip()
            case 4:
                mutants[mutant] = line.strip()
    return found


@pytest.mark.prove
@pytest.mark.parametrize("core", CORE)
def test_a_mutant_lives_only_for_a_reason(noticed, core):
    living = {name for name, was_noticed in noticed[core].items() if not was_noticed}
    assert living == explained().get(core, {}).keys()


@pytest.mark.prove
def test_enough_mutants_are_noticed(noticed):
    fates = [fate for mutants in noticed.values() for fate in mutants.values()]
    assert len(fates) > 1150
    assert sum(fates) / len(fates) >= 0.95
