import os
import signal
import time

import pytest

from dev.processes import Children
from dev.supervisor import Program, Supervisor


@pytest.fixture
def supervisor(tmp_path):
    children = Children()
    running = Supervisor(children, {"PATH": "/usr/bin:/bin"}, tmp_path)
    yield running
    running.stop()
    children.close()


def revive_until(supervisor, is_so):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        supervisor.revive()
        time.sleep(0.02)


def test_starts_a_dead_program_again(supervisor):
    supervisor.start(Program("sleeper", ["sleep", "60"]))
    [run] = supervisor.runs
    first = run.process.pid
    os.kill(first, signal.SIGKILL)

    revive_until(supervisor, lambda: run.process.pid != first)

    assert run.process.poll() is None
    assert run.failures == 1


def test_waits_longer_after_each_failure(supervisor):
    supervisor.start(Program("broken", ["false"]))
    [run] = supervisor.runs

    revive_until(supervisor, lambda: run.failures == 2)

    assert run.restart_at - run.started >= 2


def test_stops_in_reverse_order(supervisor, tmp_path):
    for name in ("first", "second"):
        script = f"trap 'echo {name} >> {tmp_path}/order; exit' TERM; echo up; while :; do sleep 0.01; done"
        supervisor.start(Program(name, ["sh", "-c", script]))
    for run in supervisor.runs:
        log = supervisor.log_of(run.program)
        revive_until(supervisor, lambda log=log: log.read_text())

    supervisor.stop()

    assert (tmp_path / "order").read_text().split() == ["second", "first"]
