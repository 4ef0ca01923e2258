"""The bench itself: servers come and go by name, and nothing of it outlives its command."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.wire.levels import Level
from dev.mailbench.bench import OrderFailed
from dev.places import ROOT
from dev.processes import die_with_parent
from tests.servers.sending import in_words, send, transport
from tests.waiting import until

pytestmark = pytest.mark.bench_servers


def test_nothing_can_leave(bench):
    with socket.socket() as connection, pytest.raises(OSError, match="unreachable"):
        connection.connect(("192.0.2.1", 25))


@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_a_server_that_ended_is_missed_and_starts_again(bench, verb):
    bench.order(verb, "postfix")
    try:
        assert (
            in_words(send(transport(bench), f"{verb}@valid.example", Level.T2)) == "refused 4.4.1"
        )
    finally:
        bench.order("start", "postfix")
    assert in_words(send(transport(bench), f"{verb}@valid.example", Level.T2)) == "T2"


def test_a_server_that_falls_silent_is_not_waited_for(bench):
    wire = transport(bench, patience=1)
    bench.order("pause", "postfix")
    try:
        assert in_words(send(wire, "silent@valid.example", Level.T2)) == "refused 4.4.1"
    finally:
        bench.order("resume", "postfix")
    assert in_words(send(transport(bench), "silent@valid.example", Level.T2)) == "T2"


def test_the_name_system_can_go_and_come_back(bench):
    with bench.without("unbound"):
        assert (
            in_words(send(transport(bench, patience=1), "dns@valid.example", Level.T2))
            == "refused 4.4.3"
        )
    assert in_words(send(transport(bench), "dns@valid.example", Level.T2)) == "T2"


def test_refuses_an_order_that_it_does_not_know(bench):
    with pytest.raises(OrderFailed, match="no such order"):
        bench.order("stop", "sendmail")


def processes_with(word: str) -> list[int]:
    """Of the whole machine: the bench's process namespace is below this one."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if word in line:
                found.append(int(folder.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_command(bench, number):
    """Not even when it is killed: the process namespace ends with its first process."""
    command = [sys.executable, "-m", "dev.mailbench", "knot", "postfix", "dovecot"]
    ending = die_with_parent(signal.SIGKILL)  # also if this test fails
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        preexec_fn=ending,  # noqa: PLW1509 - it was loaded before the fork
    ) as process:  # fmt: skip
        folder = next(line.split()[-1] for line in process.stdout if line.startswith("Files:"))
        found = len(processes_with(folder))
        os.kill(process.pid, number)
        process.wait(20)
    assert found >= 5
    until(lambda: not processes_with(folder), seconds=10)
    assert Path(folder).exists() == (number == signal.SIGKILL)
