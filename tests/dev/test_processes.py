import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dev.places import ROOT
from dev.processes import Children

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
PARENT = """
import sys, time
from pathlib import Path
from dev.processes import Children
command = ["sh", "-c", sys.argv[1]]
Children().spawn(command, environment={"PATH": "/usr/bin:/bin"}, log=Path(sys.argv[2]))
time.sleep(60)
"""


def pids_in(path, *, count):
    """Process ids that a script writes, one a line, once they are all there."""
    while not path.exists() or len(path.read_text().split()) < count:
        time.sleep(0.01)
    return [int(pid) for pid in path.read_text().split()]


def is_gone(pid):
    deadline = time.monotonic() + 30  # far more than it takes, on a busy machine too
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def children():
    started = Children()
    yield started
    started.close()


def test_children_and_theirs_end_when_the_parent_is_killed(tmp_path):
    script = f"sleep 60 & echo $! $$ > {tmp_path}/pids; exec sleep 60"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, script, tmp_path / "log"], cwd=ROOT)
    pids = pids_in(tmp_path / "pids", count=2)
    parent.kill()
    parent.wait()

    assert [is_gone(pid) for pid in pids] == [True, True]


def test_ending_a_child_ends_its_children_too(children, tmp_path):
    script = f"trap '' TERM; sleep 60 & echo $! > {tmp_path}/pids; wait; sleep 60"
    child = children.spawn(["sh", "-c", script], environment=ENVIRONMENT, log=tmp_path / "log")
    [grandchild] = pids_in(tmp_path / "pids", count=1)

    children.end(child, by=signal.SIGTERM, seconds=0.2)

    assert child.returncode == -signal.SIGKILL
    assert is_gone(grandchild)
