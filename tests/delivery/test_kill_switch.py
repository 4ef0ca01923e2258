"""The keys of a clinic are switched off in the middle of its campaign: its mail stops, no other clinic's does."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client

from campaigns.models import Campaign
from campaigns.services import sending
from contacts.entries import Entry
from contacts.models import Contact
from contacts.services.storing import store
from delivery import tasks
from delivery.models import Message
from delivery.services import lease, recovery
from tenancy import clock, keyring
from tenancy.keyring import KeysSwitchedOff
from tenancy.models import Tenant
from tenancy.scope import tenant_scope
from tests import celery_worker
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.delivery.conftest import PEM
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.integrations.client import System, make_system
from tests.smtp_server import NAME, FaultServer
from tests.waiting import until

# Its own: the worker that other tests share knows no way to this mail server.
QUEUE = "kill-switch"
# More than leave within the seconds that the news may take, at five every two seconds.
MANY, FEW = 45, 5


@dataclass
class Sending:
    """A clinic whose campaign is due, with a person and a system that work in it."""

    tenant: Tenant
    domain: str
    server: FaultServer
    owner: Client
    system: System

    @classmethod
    def to(cls, people: int, domain: str, tenant: Tenant, server: FaultServer) -> "Sending":
        with tenant_scope(tenant.pk):
            campaign = approved_campaign()
            sign_with(campaign.sender.domain, PEM)
            store(
                Entry({"external_id": f"P{number}", "email": f"p{number}@{domain}"})
                for number in range(people)
            )
            sending.send_now(campaign, actor=MARKETER)
            Campaign.objects.update(send_at=clock.now() - timedelta(seconds=1))
            freeze()
            owner = browser_of(make_member(tenant, "owner"))
            return cls(tenant, domain, server, owner, make_system())

    @property
    def left(self) -> Counter[str]:
        """Address → how often a mail server was given the text."""
        taken = [stored.rcpt for stored in self.server.stored]
        return Counter(address for address in taken if address.endswith(self.domain))

    @property
    def statuses(self) -> Counter[str]:
        with tenant_scope(self.tenant.pk):
            return Counter(Message.objects.values_list("status", flat=True))

    def wake(self) -> None:
        with tenant_scope(self.tenant.pk):
            tasks.send_due.apply_async((0,), queue=QUEUE)

    def answers(self) -> tuple[int, int]:
        """Status of a page and of the API."""
        page, listed = self.owner.get("/contacts/"), self.system.get("/contacts")
        return page.status_code, listed.status_code


@pytest.fixture
def server(certificates) -> Iterator[FaultServer]:
    with FaultServer(certificates.valid(), mode="late").serving() as serving:
        yield serving


@pytest.fixture
def closing(clinic, server) -> Sending:
    return Sending.to(MANY, "closing.example", clinic, server)


@pytest.fixture
def other(other_clinic, server) -> Sending:
    return Sending.to(FEW, "other.example", other_clinic, server)


@pytest.fixture
def _worker(closing, other, server, certificates, tmp_path) -> Iterator[None]:
    zone = tmp_path / "zone.json"
    leads = {each.domain: [[10, NAME]] for each in (closing, other)}
    zone.write_text(json.dumps({"mx": leads, "a": {NAME: [server.address]}}))
    variables = {
        "DELIVERY_ZONE_FILE": str(zone),
        "DELIVERY_CA_FILE": str(certificates.ca_file),
        "DELIVERY_SMTP_PORT": str(server.port),
    }
    with celery_worker.running(tmp_path / "log", queues=QUEUE, variables=variables):
        yield


@contextmanager
def heard_of_nothing() -> Iterator[None]:
    """This process goes on with the keys that it had, as one does where nobody did what is done in here."""
    known = dict(keyring._cache)
    yield
    keyring._cache.clear()
    keyring._cache.update(known)


def switch(tenant: Tenant, way: str) -> None:
    operator = browser_of(make_user("Pat Platform", is_operator=True))
    answer = operator.post(f"/operator/{tenant.pk}/keys/{way}/", {"reason": "incident 12"})
    assert answer.status_code == 302


def name_of_somebody(of: Sending) -> str:
    with tenant_scope(of.tenant.pk):
        return str(Contact.objects.all()[0].identity["email"])


@pytest.mark.usefixtures("_worker")
def test_mail_of_a_switched_off_clinic_stops_and_goes_on(closing, other, server):
    for each in (closing, other):
        each.wake()
    until(lambda: len(closing.left) >= FEW)
    switch(closing.tenant, "off")
    began = time.monotonic()
    # One worker for both: it is free for the other clinic once the first has lost its keys.
    until(lambda: len(other.left) == FEW)
    assert time.monotonic() - began < keyring.LOOK_AGAIN_SECONDS + 5
    gone = closing.left
    assert FEW <= len(gone) < MANY
    assert set(closing.statuses) <= {"in_data", "leased"}
    closing.wake()
    until(lambda: other.statuses == {"sent": FEW})
    assert closing.left == gone

    server.mode = "ok"
    switch(closing.tenant, "on")
    later = clock.now() + lease.LEASE_LASTS + timedelta(seconds=1)
    with tenant_scope(closing.tenant.pk), clock.at(later):
        assert recovery.recover_expired() == (MANY - len(gone), 0)
    assert closing.statuses == {"sent": len(gone), "queued": MANY - len(gone)}
    closing.wake()
    until(lambda: closing.statuses == {"sent": MANY})
    assert (len(closing.left), set(closing.left.values())) == (MANY, {1})


def test_pages_and_api_of_another_process_close_in_seconds(closing, other):
    assert closing.answers() == other.answers() == (200, 200)
    assert name_of_somebody(closing).endswith("closing.example")
    with heard_of_nothing():
        switch(closing.tenant, "off")
    with clock.at(clock.now() + timedelta(seconds=keyring.LOOK_AGAIN_SECONDS + 1)):
        with pytest.raises(KeysSwitchedOff):
            name_of_somebody(closing)
        assert name_of_somebody(other).endswith("other.example")
        assert (closing.answers(), other.answers()) == ((503, 503), (200, 200))
