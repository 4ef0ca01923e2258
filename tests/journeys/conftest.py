"""A clinic whose mail goes to the sandbox's real servers, and the hours that pass for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.services import Actor
from delivery import worker
from delivery.demo import mail
from delivery.drafters import DRAFTERS
from delivery.queries import due
from delivery.services import closing, freezing
from delivery.wire.dial import Dialer
from delivery.wire.dns import ZoneFileDns
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from dev.ports import free_port
from dev.sandbox.postures import MAIL_SERVERS
from dev.sandbox.server import Sandbox
from tenancy import clock
from tenancy.models import Tenant
from tests.factories.campaigns import MARKETER
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_schema

ADMIN = Actor(kind="user", id="admin-1", name="Maya Lindqvist")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """The demo's receiving servers, in threads, with empty mailboxes."""
    servers = Sandbox(
        certificates=tmp_path / "certificates",
        zone=tmp_path / "zone.json",
        mail=tmp_path / "mail",
        port=free_port(2700, [server.address for server in MAIL_SERVERS]),
    )
    servers.prepare()
    with servers.serving():
        yield servers


@pytest.fixture
def mailboxes(sandbox: Sandbox, settings) -> Path:
    settings.DELIVERY_ZONE_FILE = str(sandbox.zone)
    settings.SANDBOX_MAIL_DIR = str(sandbox.mail)
    return sandbox.mail


@pytest.fixture
def open_clinic(clinic: Tenant, mailboxes: Path) -> Tenant:
    """Agreement in force, sender domain verified, fields known, nobody in it."""
    agreement_in_force()
    make_schema()
    mail.prepare_senders(ADMIN, MARKETER)
    return clinic


@pytest.fixture
def pass_time(sandbox: Sandbox):
    """Lets the workers run at each of the given minutes after a moment, as beat would."""
    transport = SmtpTransport(
        ZoneFileDns.read(sandbox.zone),
        Dialer("mta.test", Contexts.load(sandbox.root_certificate), port=sandbox.port),
        allow_loopback=True,
    )

    def pass_time(since: datetime, minutes: range) -> datetime:
        for minute in minutes:
            with clock.at(since + timedelta(minutes=minute)):
                freezing.begin_due()
                freezing.freeze_begun()
                worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)
                closing.close_over()
        return since + timedelta(minutes=minutes[-1])

    return pass_time
