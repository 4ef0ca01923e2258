"""Sessions that are kept: for the next message, not for ever, and never too many."""

import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from delivery.wire import pool
from delivery.wire.connection import Connection
from delivery.wire.dial import Place
from delivery.wire.levels import Level
from delivery.wire.pool import Pool
from delivery.wire.session import Session, Timeouts


class Peer:
    """A session, and the other end of its connection."""

    def __init__(self, host: str = "mx.x.example") -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            own = socket.create_connection(listener.getsockname())
            self.socket, _ = listener.accept()
        self.socket.settimeout(2)
        self.place = Place(host, "127.0.0.1")
        self.session = Session(Connection(own), Timeouts())

    @property
    def has_left(self) -> bool:
        return not self.session.is_open


@pytest.fixture
def kept() -> Pool:
    return Pool()


def give_back(kept: Pool, *peers: Peer) -> None:
    for peer in peers:
        kept.give_back(peer.place, peer.session)


def test_the_session_used_last_serves_next(kept):
    first, second = Peer(), Peer()
    give_back(kept, first, second)
    assert kept.take(first.place, required=Level.T0) is second.session
    assert kept.take(first.place, required=Level.T0) is first.session
    assert kept.take(first.place, required=Level.T0) is None


def test_a_session_that_proved_too_little_is_closed(kept):
    peer = Peer()
    give_back(kept, peer)
    assert kept.take(peer.place, required=Level.T1) is None
    assert (peer.has_left, peer.socket.recv(100)) == (True, b"QUIT\r\n")


def test_a_session_that_nobody_came_for_is_closed(kept, monkeypatch):
    idle, other = Peer("mx.once.example"), Peer()
    give_back(kept, idle)
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0)
    give_back(kept, other)
    assert (idle.has_left, idle.socket.recv(100)) == (True, b"QUIT\r\n")
    assert kept.take(idle.place, required=Level.T0) is None


def test_of_too_many_idle_sessions_the_oldest_are_closed(kept, monkeypatch):
    monkeypatch.setattr(pool, "MOST_IDLE", 3)
    peers = [Peer(f"mx.{number}.example") for number in range(5)]
    give_back(kept, *peers)
    assert [peer.has_left for peer in peers] == [True, True, False, False, False]
    taken = [kept.take(peer.place, required=Level.T0) for peer in peers]
    assert taken == [None, None, *(peer.session for peer in peers[2:])]


def test_a_session_is_closed_after_as_many_messages_as_its_operator_takes(kept):
    peer = Peer()
    for _ in range(49):
        give_back(kept, peer)
        assert kept.take(peer.place, required=Level.T0) is peer.session
    give_back(kept, peer)
    assert peer.has_left


@contextmanager
def many_files(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 200), hard))
    taken = [socket.socket() for _ in range(count)]
    try:
        yield
    finally:
        for each in taken:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_with_many_files_hears_a_session_all_the_same():
    with many_files(1100):
        quiet, closed = Peer(), Peer()
        closed.socket.close()
        assert (quiet.session.has_spoken(), closed.session.has_spoken()) == (False, True)
