import signal
import subprocess
import sys
import time
from pathlib import Path

from dev.places import ROOT
from dev.processes import end, spawn

PARENT = """
import sys, time
from pathlib import Path
from dev.processes import spawn
child = spawn(["sleep", "60"], environment={"PATH": "/usr/bin:/bin"}, log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path / "log"], cwd=ROOT, stdout=subprocess.PIPE
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()

    assert is_gone(child)


def test_ending_a_child_ends_its_children_too(tmp_path):
    script = "sleep 60 & echo $! > grandchild; trap '' TERM; wait; sleep 60"
    child = spawn(
        ["sh", "-c", script],
        environment={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "log",
        directory=tmp_path,
    )
    while not (tmp_path / "grandchild").exists() or not (tmp_path / "grandchild").read_text():
        time.sleep(0.01)

    end(child, by=signal.SIGTERM, seconds=0.2)

    assert child.returncode == -signal.SIGKILL
    assert is_gone(int((tmp_path / "grandchild").read_text()))
