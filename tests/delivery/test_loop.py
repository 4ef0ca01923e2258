"""Many conversations in one thread: each ends as it would alone, and none keeps another waiting."""

import select
import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue

import pytest

from delivery.wire.connection import connected
from delivery.wire.conversation import Computation, Question, Ready, elsewhere, run
from delivery.wire.crew import Crew
from delivery.wire.door import Result
from delivery.wire.loop import Loop
from delivery.wire.session import Timeouts
from tests.delivery.conftest import IMPATIENT
from tests.delivery.test_transport import FAULTS
from tests.delivery.wires import TEXT, Announcements, envelope, transport_to
from tests.smtp_server import FaultServer


def kept(conversation, keep):
    """A conversation whose end, good or bad, is handed to `keep`."""
    try:
        keep((yield from conversation))
    except Exception as trouble:  # noqa: BLE001 looked at by the test
        keep(trouble)


def patient(transport):
    """To it, however busy this machine is."""
    return replace(transport, dialer=replace(transport.dialer, timeouts=Timeouts()))


def all_of(*conversations) -> list[list]:
    """What came of each, led side by side."""
    ends = [[] for _ in conversations]
    with Loop() as loop:
        for conversation, end in zip(conversations, ends, strict=True):
            loop.begin(kept(conversation, end.append))
    return ends


def test_each_knows_what_it_would_know_alone(certificates):
    """All faults at once, five times, on one server."""
    with FaultServer(certificates.valid()).serving() as server:
        transport = patient(transport_to(server, certificates=certificates))
        told = [fault for fault in FAULTS if fault[0] != "late"]
        faults = [*told, ("ok", Result.ACCEPTED, "dot", "2.0.0", 1)] * 5
        ends = all_of(
            *(
                transport.converse(envelope(f"p{number}+{fault[0]}"), Announcements())
                for number, fault in enumerate(faults)
            )
        )
    known = [(end.result, end.stage.value, end.reply.enhanced) for (end,) in ends]
    assert known == [(result, stage, status) for _, result, stage, status, _ in faults]
    assert len(server.stored) == sum(copies for *_, copies in faults)
    assert {(stored.data, stored.over_tls) for stored in server.stored} == {(TEXT, True)}


def test_a_silent_server_keeps_nobody_waiting(certificates):
    with FaultServer(certificates.valid()).serving() as server, ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.2", server.port)))
        silent = FaultServer(certificates.valid(), address="127.0.0.2", port=server.port)
        first: list = []
        others: SimpleQueue = SimpleQueue()
        with Loop() as loop:
            transport = patient(transport_to(silent, certificates=certificates))
            loop.begin(kept(transport.converse(envelope("ada"), Announcements()), first.append))
            connection, _ = listener.accept()
            transport = patient(transport_to(server, certificates=certificates))
            for number in range(10):
                conversation = transport.converse(envelope(f"p{number}"), Announcements())
                loop.begin(kept(conversation, others.put))
            ends = [others.get(timeout=60) for _ in range(10)]
            assert first == []
            connection.close()
    assert [end.result for end in ends] == [Result.ACCEPTED] * 10
    assert [(end.result, end.reply.enhanced) for end in first] == [(Result.REFUSED, "4.4.1")]


def test_whoever_asks_waits_beside_the_others_and_whoever_computes_takes_turns():
    together, busy, most_busy = threading.Barrier(3), [], []

    def ask() -> int:
        return together.wait(5)

    def compute() -> None:
        busy.append(1)
        most_busy.append(len(busy))
        busy.pop()

    questions = all_of(*(elsewhere(Question(ask)) for _ in range(3)))
    assert sorted(end for (end,) in questions) == [0, 1, 2]
    assert all_of(*(elsewhere(Computation(compute)) for _ in range(50))) == [[None]] * 50
    assert set(most_busy) == {1}


def test_what_an_errand_raises_is_raised_where_it_was_wanted():
    def broken() -> None:
        raise LookupError("nobody knows")

    (((trouble),),) = all_of(elsewhere(Question(broken)))
    assert isinstance(trouble, LookupError)
    with pytest.raises(LookupError):
        run(elsewhere(Computation(broken)))


def test_a_connection_is_given_up_in_time_and_closed():
    """The listener's queue is full, so the kernel answers nothing to further connections."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        where = listener.getsockname()
        fillers = [stack.enter_context(socket.socket()) for _ in range(2)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(where)
        reach = partial(connected, *where, IMPATIENT.connect, source=None)
        ((trouble,), (other,)) = all_of(reach(), reach())
    assert (type(trouble), type(other)) == (TimeoutError, TimeoutError)


def test_a_crew_starts_no_thread_while_another_is_free():
    done = threading.Semaphore(0)
    crew = Crew("test", 4)
    for _ in range(3):
        crew.make(done.release)
        done.acquire()
        crew.ended()
    assert [thread.name for thread in threading.enumerate()].count("test") == 1
    crew.dismiss()
    assert "test" not in {thread.name for thread in threading.enumerate()}


def on_a_closed_socket():
    """Waits for what cannot have news any more."""
    gone = socket.socket()
    gone.close()
    yield Ready(gone, select.POLLIN, time.monotonic() + 60)
    return "unreachable"


def test_a_wait_that_cannot_be_had_is_trouble_of_one_conversation_alone():
    refused, well = all_of(on_a_closed_socket(), elsewhere(Question(lambda: "well")))
    assert [type(trouble) for trouble in refused] == [OSError]
    assert well == ["well"]
