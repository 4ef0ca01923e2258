"""kill -9 at every instrumented point: nothing is lost, and nothing is doubled but what says so."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.models import Campaign
from contacts.entries import Entry
from contacts.services.storing import store
from delivery.crash_points import POINTS
from delivery.handover import SESSIONS
from delivery.models import Message, MessageEvent
from tenancy import clock
from tests.delivery.sending import freeze
from tests.smtp_server import NAME, Certificates, FaultServer

# A server had the text when the worker died, or may have had it.
LATE_POINTS = ("following", "before_dot", "after_dot", "answered")
EARLY_POINTS = ("claimed", "prepared", "announced", "connected", "asked")


class Scene:
    """A frozen campaign, a server that keeps what it gets, and workers that die."""

    def __init__(
        self, campaign: Campaign, server: FaultServer, folder: Path, ca_file: Path
    ) -> None:
        self.campaign = campaign
        self.server = server
        self.now = clock.now()
        self.crashes = 0
        zone = folder / "zone.json"
        zone.write_text(
            json.dumps({"mx": {"x.example": [[10, NAME]]}, "a": {NAME: [server.address]}})
        )
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "SEALPOST_ENV": "test",
            "DELIVERY_ZONE_FILE": str(zone),
            "DELIVERY_CA_FILE": str(ca_file),
            "DELIVERY_SMTP_PORT": str(server.port),
            "DELIVERY_ALLOW_LOOPBACK": "1",
        }

    def invite(self, people: int) -> None:
        store(
            Entry({"external_id": f"P{number}", "email": f"p{number}@x.example"})
            for number in range(people)
        )
        freeze()

    def start(self, crash_at: str = "") -> subprocess.Popen[bytes]:
        """Each worker comes when the leases of the one before have run out."""
        self.now += timedelta(minutes=6)
        command = [sys.executable, "-m", "tests.delivery.crash_worker"]
        command += [str(self.campaign.tenant_id), self.now.isoformat()]
        return subprocess.Popen(command, env=self.environment | {"SEALPOST_CRASH_AT": crash_at})

    def die_at(self, point: str) -> None:
        assert self.start(point).wait(timeout=120) == -signal.SIGKILL
        self.crashes += 1

    def die_after(self, seconds: float) -> None:
        process = self.start()
        time.sleep(seconds)
        process.kill()
        process.wait(timeout=10)
        self.crashes += 1

    def finish(self) -> None:
        """The last worker lives; half an hour later, what is tried a second time has its turn."""
        assert self.start().wait(timeout=600) == 0
        self.now += timedelta(minutes=30)
        assert self.start().wait(timeout=600) == 0

    def check(self, people: int) -> None:
        copies = Counter(stored.rcpt.partition("@")[0] for stored in self.server.stored)
        messages = list(Message.objects.filter(cause="campaign").select_related("contact"))
        assert len(messages) == people
        uncertain = set()
        for message in messages:
            name = message.contact.identity["email"].partition("@")[0]
            if message.uncertain_at:
                uncertain.add(name)
            else:
                assert (message.status, copies[name]) == ("sent", 1)
        assert {name for name, times in copies.items() if times > 1} <= uncertain
        assert len(uncertain) <= SESSIONS * self.crashes
        assert all(stored.over_tls for stored in self.server.stored)


@pytest.fixture
def scene(campaign: Campaign, certificates: Certificates, tmp_path: Path) -> Iterator[Scene]:
    with FaultServer(certificates.valid()).serving() as server:
        yield Scene(campaign, server, tmp_path, certificates.ca_file)


def test_a_death_before_any_dot_leaves_no_doubt(scene):
    scene.invite(12)
    for point in (*EARLY_POINTS, "recorded"):
        scene.die_at(point)
    scene.finish()
    scene.check(12)
    assert not Message.objects.exclude(uncertain_at=None).exists()


def test_a_death_after_a_dot_was_promised_is_reported_and_nothing_else_doubled(scene):
    scene.invite(30)
    for point in LATE_POINTS:
        scene.die_at(point)
    scene.finish()
    scene.check(30)
    assert Message.objects.exclude(uncertain_at=None).count() >= len(LATE_POINTS)


def test_an_answer_that_was_noted_is_known_after_a_death(scene):
    scene.invite(1)
    scene.die_at("noted")
    scene.finish()
    scene.check(1)
    message = Message.objects.get(cause="campaign")
    assert (message.uncertain_at, message.attempts, len(scene.server.stored)) == (None, 1, 1)
    event = MessageEvent.objects.get(message=message, kind="accepted")
    assert event.detail["recipient"] == "p0@x.example"
    assert event.detail["tls_version"] == message.tls_version == "TLSv1.3"
    assert not list(Path(settings.DELIVERY_JOURNAL_DIR).glob(f"{message.tenant_id}/*"))


@pytest.mark.prove
def test_ten_deaths_in_five_thousand_messages(scene):
    people = 5_000
    scene.invite(people)
    chance = random.Random(2)
    for point in POINTS[1:6]:
        scene.die_at(f"{point}:{chance.randint(1, 8)}")
    for _ in range(5):
        scene.die_after(chance.uniform(2.5, 6.0))
    scene.finish()
    while Message.objects.filter(status__in=Message.DUE).exists():
        scene.finish()
    scene.check(people)
