"""One batch of rounds: a clinic with mail for each round, two mail servers, a Valkey, a clock."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg

from compliance.models import SenderDomain
from delivery.models import Message
from delivery.wire.dns import ZoneFileDns
from dev.processes import Children
from dev.valkey import Valkey
from tenancy import clock
from tests.chaos import worker
from tests.chaos.faults import Fault
from tests.chaos.people import Person, invite
from tests.chaos.worker import Orders
from tests.smtp_server import FaultServer

WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["__main__", "tests.chaos.ready"])
HUNG_AFTER = 60.0
LEASE_IS_OVER = timedelta(minutes=6)
# Longer than any hold, and then than any jump of a clock: what is due after that is lost.
SETTLING_STEPS = (
    timedelta(minutes=6),
    timedelta(minutes=20),
    *[timedelta(hours=1)] * 12,
    timedelta(days=5),
)


@dataclass
class Surroundings:
    """What outlives a batch. `certificates` are files for every host name, by kind."""

    faulty: FaultServer
    healthy: FaultServer
    valkey: Valkey
    children: Children
    ca_file: Path
    certificates: dict[str, Path]

    def heal(self) -> None:
        self.faulty.mode, self.faulty.tls = "ok", "offered"
        self.faulty.certificate = self.certificates["valid"]


@dataclass
class World:
    """The clinic's scope is entered, and the clock stands at the campaign's moment."""

    around: Surroundings
    orders: Orders
    faults: Sequence[Fault]
    chance: random.Random
    people: list[Person] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)
    surprises: list[str] = field(default_factory=list)

    def live(self) -> None:
        """All rounds, and then everything works again until nothing is due any more."""
        self.people = invite(len(self.faults), self.chance)
        far = self.now + timedelta(days=30)
        Message.objects.filter(status=Message.Status.QUEUED).update(due_at=far)
        for number, fault in enumerate(self.faults):
            self._round(number, fault)
        self._settle()

    def _round(self, number: int, fault: Fault) -> None:
        self.pass_time()
        born = [person.contact_id for person in self.people if person.round == number]
        Message.objects.filter(contact_id__in=born).exclude(status="escrowed").update(
            due_at=self.now
        )
        server = self.around.faulty
        server.mode, server.tls = fault.mode, fault.tls
        server.certificate = self.around.certificates[fault.certificate]
        orders = replace(self.orders, moment=self.now, **fault.draw(self.chance))
        ends = fault.strike(self, orders, self.chance)
        self.around.heal()
        if not set(ends) <= fault.ends:
            self.surprises.append(f"{fault.name}: a worker ended with {ends}")

    def _settle(self) -> None:
        for step in SETTLING_STEPS:
            self.pass_time(step)
            SenderDomain.objects.update(verified_at=self.now)  # as the check of every hour does
            end = self.run(replace(self.orders, moment=self.now))
            if end != 0:
                self.surprises.append(f"at the end: a worker ended with {end}")
            if not Message.objects.filter(status__in=Message.OPEN).exists():
                return

    def pass_time(self, step: timedelta = LEASE_IS_OVER) -> None:
        self.now += step

    def start(self, orders: Orders) -> BaseProcess:
        process = WORKERS.Process(target=worker.work, args=[orders], daemon=True)
        process.start()
        return process

    def ended(self, process: BaseProcess) -> int:
        """Its exit code: minus the signal that it died of."""
        process.join(HUNG_AFTER)
        if process.exitcode is None:
            process.kill()
            process.join()
            self.surprises.append("a worker did not end")
        return process.exitcode or 0

    def run(self, orders: Orders) -> int:
        return self.ended(self.start(orders))

    def cut_database(self, name: str, *, seconds: float) -> None:
        """Whatever a worker has open, and opens meanwhile, is cut off."""
        over = time.monotonic() + seconds
        with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as admin:
            while time.monotonic() < over:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = %s",
                    [name],
                )
                time.sleep(0.01)

    @contextmanager
    def valkey_down(self) -> Iterator[None]:
        """What it knew is gone as well."""
        valkey = self.around.valkey
        self.around.children.end(valkey.process, by=signal.SIGKILL, seconds=5)
        try:
            yield
        finally:
            valkey.start()

    @contextmanager
    def valkey_stuck(self) -> Iterator[None]:
        pid = self.around.valkey.process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def hosts(rounds: int) -> list[str]:
    return [f"mx.{side}{number}.example" for side in "fh" for number in range(rounds)]


def zone(around: Surroundings, rounds: int) -> ZoneFileDns:
    """A domain of its own for each round and server, so that no lane is slow for what was before."""
    servers = {"f": around.faulty.address, "h": around.healthy.address}
    names = hosts(rounds)
    return ZoneFileDns(
        {name.removeprefix("mx."): [(10, name)] for name in names},
        {name: [servers[name[3]]] for name in names},
        {},
        frozenset(),
    )
