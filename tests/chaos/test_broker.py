"""The broker forgets everything in the middle of a campaign: rows are the queue, so nothing is missed."""

import json
import re
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from kombu import Connection

from campaigns.models import Campaign
from campaigns.services import sending
from contacts.entries import Entry
from contacts.services.storing import store
from delivery import tasks
from delivery.models import Message
from tenancy import clock
from tests import celery_worker
from tests.chaos.world import Surroundings
from tests.delivery.conftest import PEM
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.waiting import until

pytestmark = pytest.mark.prove
QUEUE = "chaos"
PEOPLE = 60


@pytest.fixture
def broker(around, tmp_path) -> Iterator[str]:
    """A worker that knows the way to the slow server, on a broker of its own."""
    zone = tmp_path / "zone.json"
    address = around.faulty.address
    zone.write_text(
        json.dumps(
            {"mx": {"f0.example": [[10, "mx.f0.example"]]}, "a": {"mx.f0.example": [address]}}
        )
    )
    place = f"//{around.valkey.socket}"
    url = re.sub(r"//[^?]*", place, settings.CELERY_BROKER_URL)
    variables = {
        "CELERY_BROKER_URL": url,
        "VALKEY_URL": re.sub(r"//[^?]*", place, settings.VALKEY_URL),
        "DELIVERY_ZONE_FILE": str(zone),
        "DELIVERY_CA_FILE": str(around.ca_file),
        "DELIVERY_SMTP_PORT": str(around.faulty.port),
    }
    around.faulty.stored.clear()
    around.faulty.mode = "slow"
    with celery_worker.running(tmp_path / "log", queues=QUEUE, variables=variables):
        yield url
    around.heal()


def invite() -> None:
    campaign = approved_campaign()
    sign_with(campaign.sender.domain, PEM)
    people = range(PEOPLE)
    store(Entry({"external_id": f"P{each}", "email": f"p{each}@f0.example"}) for each in people)
    sending.send_now(campaign, actor=MARKETER)
    Campaign.objects.update(send_at=clock.now() - timedelta(seconds=1))
    freeze()


def wake(broker: str) -> None:
    with Connection(broker) as connection:
        tasks.send_due.apply_async((0,), queue=QUEUE, connection=connection)


def test_a_broker_that_forgets_everything_delays_mail_and_no_more(
    clinic, around: Surroundings, broker
):
    invite()
    wake(broker)
    until(lambda: len(around.faulty.stored) >= 5)
    around.children.end(around.valkey.process, by=signal.SIGKILL, seconds=5)
    assert len(around.faulty.stored) < PEOPLE
    around.valkey.start()
    wake(broker)
    until(lambda: not Message.objects.filter(status__in=Message.OPEN).exists())
    assert Counter(Message.objects.values_list("status", flat=True)) == {"sent": PEOPLE}
    copies = Counter(stored.rcpt for stored in around.faulty.stored)
    assert (len(copies), set(copies.values())) == (PEOPLE, {1})
