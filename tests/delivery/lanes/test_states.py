"""States in Valkey, shared, and alone without it."""

import socket
import threading
import time
from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.test import override_settings
from redis import Redis

from delivery.lanes import limits, states
from delivery.lanes.limits import Report, Share
from delivery.lanes.operators import lane_of, table


@pytest.fixture
def without_valkey(monkeypatch):
    states._valkey.cache_clear()
    monkeypatch.setattr(states, "_alone", states._Alone())
    with override_settings(VALKEY_URL="unix:///nowhere/v.sock"):
        yield
    states._valkey.cache_clear()


def ask(name, worker, wanted=20):
    return states.take(name, lambda state, now: limits.granted(state, worker, wanted, 0, now))


def test_a_state_is_the_same_for_all_who_read_it():
    name = f"{uuid4()}/other-1"
    ask(name, "a")
    (state,) = [found for key, found in states.known() if key == name]
    assert state.limit == 5
    assert state.shares["a"].slots == 5
    assert isinstance(state.shares["a"], Share)


def test_workers_that_ask_at_once_lose_no_step(monkeypatch):
    monkeypatch.setattr(states, "TRIES", 1000)
    name = f"{uuid4()}/other-1"

    def tell() -> None:
        for _ in range(25):
            states.take(
                name,
                lambda state, now: limits.told(state, Report(accepted=1), table()["other"], now),
            )

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (state,) = [found for key, found in states.known() if key == name]
    assert state.accepted == 100


def test_valkey_holds_no_name_of_somebodys_own_server(settings):
    name = f"{uuid4()}/{lane_of('mx.elm-oncology.example')}"
    ask(name, "a")
    valkey = Redis.from_url(settings.VALKEY_URL)
    stored = [key + valkey.get(key) for key in valkey.scan_iter("lane:*")]
    assert stored
    assert not any(b"elm-oncology" in text for text in stored)


def test_each_worker_goes_on_alone_with_few_connections_while_valkey_is_away(without_valkey):
    grants = [ask("out/google", worker).slots for worker in ("a", "b")]
    assert grants == [2, 0]
    assert list(states.known()) == []


def test_a_valkey_that_is_gone_is_asked_once_in_five_seconds(without_valkey):
    ask("out/google", "a")
    assert states._alone.until - time.monotonic() > 4
    began = time.monotonic()
    for _ in range(1000):
        ask("out/google", "a")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("stored", [b"", b"no json", b"[]", b"{}", b'{"limit": 9, "shares": {}}'])
def test_a_state_that_cannot_be_read_begins_anew(settings, stored):
    name = f"{uuid4()}/google"
    Redis.from_url(settings.VALKEY_URL).set(f"lane:{name}", stored)
    assert name not in dict(states.known())
    assert ask(name, "a").slots == 5
    assert dict(states.known())[name].limit == 5


@pytest.fixture
def unreachable_valkey():
    """Takes no connection and refuses none, as behind a broken network."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(4):
            queued = stack.enter_context(socket.socket())
            queued.setblocking(False)
            queued.connect_ex(listener.getsockname())
        states._valkey.cache_clear()
        with override_settings(VALKEY_URL=f"redis://127.0.0.1:{listener.getsockname()[1]}/0"):
            yield
        states._valkey.cache_clear()


def test_a_valkey_that_cannot_be_reached_is_not_waited_for(monkeypatch, unreachable_valkey):
    monkeypatch.setattr(states, "_alone", states._Alone())
    began = time.monotonic()
    assert ask("out/google", "a").slots == 2
    assert time.monotonic() - began < 2
