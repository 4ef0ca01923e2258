"""What can go wrong in a round, and how often each of it is drawn."""

import os
import random
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from delivery.crash_points import POINTS
from tests.chaos.worker import GAVE_UP, Orders

if TYPE_CHECKING:
    from tests.chaos.world import World

KILLED = -signal.SIGKILL
# These are reached once for a group, the others once for each message.
ONCE = frozenset({"claimed", "prepared", "announced", "recorded"})
EACH_POINT = 10

Strike = Callable[["World", Orders, random.Random], list[int]]


def undisturbed(world: "World", orders: Orders, _chance: random.Random) -> list[int]:
    return [world.run(orders)]


def killed(world: "World", orders: Orders, chance: random.Random) -> list[int]:
    process = world.start(orders)
    process.join(chance.uniform(0.02, 0.4))
    process.kill()
    return [world.ended(process)]


def rivals(world: "World", orders: Orders, _chance: random.Random) -> list[int]:
    """As when the broker delivers a task a second time."""
    return [world.ended(process) for process in [world.start(orders), world.start(orders)]]


def overtaken(world: "World", orders: Orders, chance: random.Random) -> list[int]:
    """It stands still until its lease has run out and another one has taken over, and goes on."""
    slow = world.start(orders)
    slow.join(chance.uniform(0.05, 0.3))
    with suppress(ProcessLookupError):
        os.kill(slow.pid, signal.SIGSTOP)
    world.pass_time()
    successor = world.start(replace(orders, moment=world.now))
    successor.join(1.0)  # it may wait for a row that the other one has locked
    with suppress(ProcessLookupError):
        os.kill(slow.pid, signal.SIGCONT)
    return [world.ended(slow), world.ended(successor)]


def without_database(world: "World", orders: Orders, chance: random.Random) -> list[int]:
    process = world.start(orders)
    process.join(chance.uniform(0.02, 0.4))
    world.cut_database(orders.database_name, seconds=0.05)
    return [world.ended(process)]


def without_valkey(world: "World", orders: Orders, chance: random.Random) -> list[int]:
    process = world.start(orders)
    process.join(chance.uniform(0, 0.2))
    with world.valkey_down():
        return [world.ended(process)]


def with_stuck_valkey(world: "World", orders: Orders, _chance: random.Random) -> list[int]:
    with world.valkey_stuck():
        return [world.run(orders)]


def without_names(world: "World", orders: Orders, _chance: random.Random) -> list[int]:
    domains = frozenset(orders.zone.mx_records)
    return [world.run(replace(orders, zone=replace(orders.zone, failing=domains)))]


@dataclass(frozen=True)
class Fault:
    """`mode`, `tls` and `certificate` are of one of the two servers; `ends` are exit codes.

    `draw` says more of the worker's orders.
    """

    name: str
    mode: str = "ok"
    tls: str = "offered"
    certificate: str = "valid"
    strike: Strike = undisturbed
    ends: frozenset[int] = frozenset({0})
    draw: Callable[[random.Random], Mapping[str, Any]] = lambda _chance: {}


def _crash(point: str) -> Fault:
    def draw(chance: random.Random) -> Mapping[str, Any]:
        times = 1 if point in ONCE else chance.randint(1, 3)
        return {"crash_at": f"{point}:{times}"}

    return Fault(f"kill -9: {point}", ends=frozenset({KILLED}), draw=draw)


def _jump(name: str, *minutes: int) -> Fault:
    def draw(chance: random.Random) -> Mapping[str, Any]:
        return {"jump": timedelta(minutes=chance.choice(minutes))}

    return Fault(name, mode="slow", draw=draw)


def _file_size(chance: random.Random) -> Mapping[str, Any]:
    return {"file_size": chance.randrange(10, 4000)}


CRASHES = tuple(map(_crash, POINTS))
MAY_GIVE_UP = frozenset({0, GAVE_UP})
OTHERS = (
    Fault("dropped before the dot", "drop_before_dot"),
    Fault("reset in the text", "drop_in_text"),
    Fault("dropped after the dot", "drop_after_dot"),
    Fault("reset after the dot", "reset_after_dot"),
    Fault("dropped at RCPT", "vanish"),
    Fault("late answer to the dot", "late"),
    Fault("garbage at RCPT", "garbage"),
    Fault("garbage after the dot", "garbage_after_dot"),
    Fault("endless EHLO", "endless"),
    Fault("421 storm", "storm"),
    Fault("421 at MAIL", "busy"),
    Fault("421 at the dot", "busy_at_dot"),
    Fault("refused before the text", "early"),
    Fault("refused at the dot", "spam"),
    Fault("greylisted", "greylist"),
    Fault("tarpit", "drip"),
    Fault("half-open", "silent"),
    Fault("STARTTLS stripped", tls="none"),
    Fault("STARTTLS refused", tls="refused"),
    Fault("STARTTLS reset", tls="reset"),
    Fault("STARTTLS injected", tls="injected"),
    Fault("TLS too old", tls="old"),
    Fault("certificate expired", certificate="expired"),
    Fault("certificate untrusted", certificate="untrusted"),
    Fault("kill -9: any moment", "slow", strike=killed, ends=frozenset({0, KILLED})),
    Fault("two workers", "slow", strike=rivals),
    Fault("overtaken", "slow", strike=overtaken),
    Fault("disk full", ends=MAY_GIVE_UP, draw=_file_size),
    Fault("database gone", "slow", strike=without_database, ends=MAY_GIVE_UP),
    Fault("Valkey gone", "slow", strike=without_valkey),
    Fault("Valkey stuck", strike=with_stuck_valkey),
    Fault("DNS failing", strike=without_names),
    _jump("clock forward", 4, 20, 300, 6_000),
    _jump("clock back", -4, -20, -300, -6_000),
)
BY_NAME = {fault.name: fault for fault in (*CRASHES, *OTHERS)}


def drawn(rounds: int, chance: random.Random) -> list[Fault]:
    """At least so many, in a drawn order: each crash point ten times, the others in turn."""
    faults = list(CRASHES) * EACH_POINT
    while len(faults) < rounds:
        faults += OTHERS
    chance.shuffle(faults)
    return faults
