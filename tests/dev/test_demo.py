"""The demo's life in a copy of the checkout. Long, as it starts everything several times."""

import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from dev.checks import tracked
from dev.places import ROOT

pytestmark = pytest.mark.prove


# Not that of this test run, which names its own servers and settings.
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


class Demo:
    """A `make demo` in a terminal of its own."""

    def __init__(self, checkout):
        self.checkout = checkout
        self.shown = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.closerange(3, 256)
            os.chdir(checkout)
            os.execvpe("make", ["make", "demo"], ENVIRONMENT)  # noqa: S606 - no shell

    def wait_for(self, words):
        """Read the terminal until it shows the words."""
        while not (found := re.search(words, self.shown)):
            readable, _, _ = select.select([self.terminal], [], [], 180)
            try:
                assert readable
                self.shown += os.read(self.terminal, 4096).decode()
            except (AssertionError, OSError):
                pytest.fail(f"No {words!r} in {self.shown}")
        return found

    def press_ctrl_c(self):
        os.write(self.terminal, b"\x03")

    def supervisor(self):
        return json.loads((self.checkout / ".local/demo/running.json").read_text())["pid"]

    def processes(self, words=""):
        """Those that belong to this copy: its folder or its sockets' is in their words."""
        marks = (str(self.checkout), hashlib.sha256(str(self.checkout).encode()).hexdigest()[:10])
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words in command and any(mark in _place(path.parent) + command for mark in marks):
                found.append(int(path.parent.name))
        return found

    def ends_within(self, seconds):
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.processes() == []


def _place(process):
    """Its folder, which a process that holds keys shows to nobody but root."""
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""


@pytest.fixture
def checkout(tmp_path):
    """A copy that uses what is installed here."""
    copy = tmp_path / "checkout"
    for name in tracked("."):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    for folder in (".venv", "node_modules"):
        (copy / folder).symlink_to((ROOT / folder).resolve())
    yield copy
    subprocess.run(["make", "reset"], cwd=copy, env=ENVIRONMENT, check=True, capture_output=True)


@pytest.fixture
def demo(checkout):
    started = Demo(checkout)
    yield started
    for pid in started.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(started.pid, 0)


def test_starts_restarts_what_dies_and_leaves_nothing(checkout, demo):
    url = demo.wait_for(r"Sealpost is at (http://app\.localhost:(\d+)/)")

    second = subprocess.run(
        ["make", "demo"], cwd=checkout, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert f"The demo runs already: {url[1]}" in second.stdout
    assert "Error 3" in second.stderr

    [*_, child] = demo.processes("worker@demo")
    for pid in demo.processes("worker@demo"):
        os.kill(pid, signal.SIGKILL)
    demo.wait_for(r"worker ended \(-9\) and starts again in 1 s")
    while not (replaced := demo.processes("worker@demo")):
        time.sleep(0.1)
    assert child not in replaced

    with urllib.request.urlopen(f"http://127.0.0.1:{url[2]}/readyz", timeout=5) as page:
        assert page.read() == b"ok"

    demo.press_ctrl_c()
    assert demo.ends_within(60), demo.shown


def make(checkout, *words):
    return subprocess.run(
        ["make", *words], cwd=checkout, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def test_a_backup_of_the_running_demo_comes_back_beside_it(checkout, demo):
    demo.wait_for("Sealpost is at")
    taken = make(checkout, "backup", "DIR=kept")
    assert taken.returncode == 0, taken.stderr
    counted = re.findall(
        r"^kept/\S+\.(\w+)\.sealpost: (\d+) rows in (\d+) tables", taken.stdout, re.M
    )
    (_, rows, tables), (_, keys, _) = counted
    assert [name for name, *_ in counted] == ["main", "keys"]
    assert int(rows) > int(keys) > 0
    files = [next((checkout / "kept").glob(f"*.{name}.sealpost")) for name in ("main", "keys")]
    main, both = f"MAIN={files[0]}", [f"MAIN={files[0]}", f"KEYS={files[1]}"]

    whole = make(checkout, "restore", *both, "INTO=beside")
    assert f"It holds: {rows} rows in {tables} tables" in whole.stdout, whole.stderr
    again = make(checkout, "restore", *both, "INTO=beside")
    assert "There are tables already." in again.stderr
    with_keys_of_the_demo = make(checkout, "restore", main, "INTO=later")
    assert f"It holds: {rows} rows in {tables} tables" in with_keys_of_the_demo.stdout
    assert "Say which" in make(checkout, "restore").stderr

    demo.press_ctrl_c()
    assert demo.ends_within(60), demo.shown
    late = make(checkout, "backup", "DIR=late")
    assert "The demo is not running." in late.stderr
    assert not (checkout / "late").exists()


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_recovers(checkout, demo):
    demo.wait_for("Sealpost is at")
    os.kill(demo.supervisor(), signal.SIGKILL)
    assert demo.ends_within(60), demo.shown

    again = Demo(checkout)
    again.wait_for("Sealpost is at")
    subprocess.run(["make", "stop"], cwd=checkout, env=ENVIRONMENT, check=True, capture_output=True)
    assert again.ends_within(5)


def test_stops_when_the_database_server_dies(demo):
    demo.wait_for("Sealpost is at")
    for pid in demo.processes("bin/postgres -D"):
        os.kill(pid, signal.SIGKILL)

    demo.wait_for("PostgreSQL has ended")
    assert demo.ends_within(60), demo.shown


def test_ctrl_c_during_the_start_leaves_nothing(demo):
    demo.wait_for("Databases and synthetic people")
    demo.press_ctrl_c()
    assert demo.ends_within(60), demo.shown
