"""A real worker, one process for all: a blast delays neither another clinic nor a code of its own."""

import json

import pytest
from django.core.cache import cache

from delivery import tasks
from delivery.models import Message
from delivery.queries import due as queries
from tenancy.scope import platform_scope
from tests import celery_worker
from tests.delivery.sending import due, send
from tests.delivery.test_kill_switch import Sending
from tests.fakes import FakeTransport
from tests.smtp_server import NAME, FaultServer
from tests.waiting import until

BLAST, FEW = 3_000, 10


@pytest.fixture
def server(certificates):
    with FaultServer(certificates.valid()).serving() as serving:
        yield serving


@pytest.mark.prove
def test_a_blast_of_one_clinic_delays_another_by_no_more_than_its_turns(
    clinic, other_clinic, server, certificates, tmp_path
):
    blast = Sending.to(BLAST, "blast.example", clinic, server)
    few = Sending.to(FEW, "few.example", other_clinic, server)
    zone = tmp_path / "zone.json"
    leads = {each.domain: [[10, NAME]] for each in (blast, few)}
    zone.write_text(json.dumps({"mx": leads, "a": {NAME: [server.address]}}))
    variables = {
        "DELIVERY_ZONE_FILE": str(zone),
        "DELIVERY_CA_FILE": str(certificates.ca_file),
        "DELIVERY_SMTP_PORT": str(server.port),
    }
    with celery_worker.running(tmp_path / "log", queues="deliver", variables=variables):
        with platform_scope():
            tasks.wake_senders.apply_async(queue="deliver")
        until(lambda: len(few.left) == FEW)
        # Two workers' turns of 500 of the blast at most stood before it in the queue.
        assert len(blast.left) <= 2 * 500 + 500
        until(lambda: blast.statuses == {"sent": BLAST}, seconds=300)
    assert set(blast.left.values()) == {1}


def test_a_code_goes_while_all_turns_of_its_clinic_are_taken(clinic):
    due("blast", mail_class=Message.MailClass.BULK)
    assert clinic.id not in queries.tenants_with_urgent_messages()
    code = due("code", mail_class=Message.MailClass.CODE)
    assert clinic.id in queries.tenants_with_urgent_messages()
    for slot in range(tasks.SLOTS):
        cache.add(f"sending:{clinic.id}:{slot}", 1, 60)
    routes = tasks.send_urgent.app.amqp.router
    assert routes.route({}, "delivery.tasks.send_urgent")["queue"].name == "urgent"
    assert routes.route({}, "delivery.tasks.send_due")["queue"].name == "deliver"
    assert send(FakeTransport(), classes=Message.URGENT) == 1
    code.refresh_from_db()
    assert (code.status, Message.objects.filter(status="queued").count()) == ("sent", 1)
