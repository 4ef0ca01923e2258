"""The tests of a module against each of its mutants; each mutant lives in a process of its own.

A change inside of a function is made after the tests were collected, by exchanging the function's code, and
only the tests that come through its lines run. Any other change is made as the module is imported.
"""

import contextlib
import gc
import importlib.util
import json
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import coverage
import hypothesis
import pytest

from dev.mutants.changes import Mutant, mutants, mutated
from dev.mutants.exchanging import compiled, exchanged
from dev.places import ROOT

# A change may make a loop endless: who takes so much longer is stopped, and counts as noticed.
TIMES_LONGER, SECONDS_MORE = 3, 20
REHEARSAL_SECONDS, HOUR = 900, 3600
OPTIONS = ["-x", "-s", "-m", "not prove and not browser"]
# These start a process of their own, which knows nothing of the mutant.
PROCESSES = {"celery_worker", "own_database"}
# Imported once, before anything of ours is.
HEAVY = (
    "django.db.models", "django.forms", "django.template", "django.test.client", "psycopg", "celery",
    "kombu", "jinja2", "zxcvbn", "qrcode", "yaml", "cryptography.x509", "orjson",
    "playwright.sync_api", "hypothesis.strategies",
)  # fmt: skip


class Test(NamedTuple):
    """A test as it runs when nothing is changed: how long, and through which lines of the module."""

    name: str
    seconds: float
    lines: list[int]


class Trial:
    """One module with its mutants, and what became of each: True if a test noticed it."""

    def __init__(self, module: str, files: tuple[str, ...], notes: Path) -> None:
        self.path, self.files, self.notes = ROOT / module, files, notes
        self.name = module.removesuffix(".py").replace("/", ".")
        self.source = self.path.read_text()
        self.mutants = mutants(self.source)

    def run(self) -> dict[str, bool]:
        """Raises RuntimeError if a test fails where nothing is changed."""
        for name in HEAVY:
            importlib.import_module(name)
        if not forked(lambda: run_tests(self.files, Exchange(self)), HOUR):
            raise RuntimeError(f"The tests of {self.name} fail without a mutant, too.")
        tests, noticed = json.loads(self.notes.read_text())
        self.tests = [Test(*it) for it in tests]
        if not self.survives_import(self.source, None):
            raise RuntimeError(f"The tests of {self.name} fail when it is imported by us.")
        for number, mutant in enumerate(self.mutants):
            if mutant.name not in noticed:
                noticed[mutant.name] = not self.survives_import(
                    mutated(self.source, number), mutant
                )
        return {mutant.name: noticed[mutant.name] for mutant in self.mutants}

    def survives_import(self, source: Any, mutant: Mutant | None) -> bool:
        tests = (mutant and through(self.tests, mutant)) or quickest(self.tests)
        files = tuple(dict.fromkeys(test.name.partition("::")[0] for test in tests))

        def work() -> bool:
            sys.meta_path.insert(0, Importer(self.name, self.path, source))
            return run_tests(files, Chosen([test.name for test in tests]))

        return forked(work, allowed(tests))


class Importer(MetaPathFinder):
    """Imports one module with another source than its file has."""

    def __init__(self, name: str, path: Path, source: Any) -> None:
        self.name, self.path, self.source = name, str(path), source

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        source = self.source

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType:
                return compiled(source, self.path)

        loader = Loader(fullname, self.path)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class Chosen:
    """Plugin of pytest: runs these tests, in this order."""

    def __init__(self, names: list[str]) -> None:
        self.places = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.places]
        items.sort(key=lambda item: self.places[item.nodeid])


class Exchange:
    """Plugin of pytest: runs what was collected once as it is, then parts of it for each mutant."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.measured = coverage.Coverage(
            data_file=None, include=[str(trial.path)], config_file=False
        )
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [it for it in items if not PROCESSES & {*getattr(it, "fixturenames", ())}]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()
        if session.testsfailed or not forked(lambda: self._rehearse(session), REHEARSAL_SECONDS):
            raise session.Failed("the tests fail where nothing is changed")
        tests = [Test(*it) for it in json.loads(self.trial.notes.read_text())]
        by_name = {item.nodeid: item for item in session.items}
        noticed: dict[str, bool] = {}
        for number, mutant in enumerate(self.trial.mutants):
            chosen = quickest(tests) if mutant.constant else through(tests, mutant)
            items = [by_name[test.name] for test in chosen]
            tree = mutated(self.trial.source, number)
            with exchanged(sys.modules[self.trial.name], mutant, tree) as is_exchanged:
                if items and is_exchanged:
                    survives = forked(lambda: passes(session, items), allowed(chosen))  # noqa: B023
                    # Another module may hold what was made of a constant: who lives is tried again.
                    if not (survives and mutant.constant):
                        noticed[mutant.name] = not survives
        self.trial.notes.write_text(json.dumps([tests, noticed]))
        return True

    def _rehearse(self, session: pytest.Session) -> bool:
        """Notes each test's lines and seconds."""
        with self.measured.collect():
            if not passes(session, session.items, self.measured.switch_context):
                return False
        lines: dict[str, list[int]] = {item.nodeid: [] for item in session.items}
        by_line = self.measured.get_data().contexts_by_lineno(str(self.trial.path))
        for line, names in by_line.items():
            for name in filter(None, names):
                lines[name].append(line)
        tests = [Test(name, self.seconds[name], lines[name]) for name in lines]
        self.trial.notes.write_text(json.dumps(tests))
        return True


def forked(work: Callable[[], bool], seconds: float) -> bool:
    """What `work` answers in a process of its own; False if that breaks off, or takes longer."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setsid()
            signal.alarm(int(seconds) + 1)
            nowhere = os.open(os.environ.get("MUTANTS_LOG", os.devnull), os.O_WRONLY | os.O_APPEND)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            code = 0 if work() else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what a test began and could not end
    return status == 0


def run_tests(files: tuple[str, ...], plugin: object) -> bool:
    """Whether all pass. What is drawn at random is the same each time, and not made smaller."""
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutants", phases=phases, derandomize=True, database=None, deadline=None
    )
    hypothesis.settings.load_profile("mutants")
    return pytest.main([*OPTIONS, *files], plugins=[plugin]) == 0


def passes(
    session: pytest.Session, items: list[pytest.Item], tell: Callable[[str], object] = str
) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        tell(item.nodeid)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return False
    return True


def through(tests: list[Test], mutant: Mutant) -> list[Test]:
    return quickest([test for test in tests if not {*mutant.lines}.isdisjoint(test.lines)])


def quickest(tests: list[Test]) -> list[Test]:
    return sorted(tests, key=lambda test: test.seconds)


def allowed(tests: list[Test]) -> float:
    return TIMES_LONGER * sum(test.seconds for test in tests) + SECONDS_MORE
