"""A day at a clinic whose every text is marked: a campaign really leaves, people are looked up, mail bounces."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from campaigns.models import Approval, Campaign
from campaigns.services import approvals, sending
from campaigns.services import tests as test_sends
from compliance.models import SenderDomain
from contacts import services as contacts
from delivery import tasks, worker
from delivery.drafters import DRAFTERS
from delivery.queries import due
from delivery.services import closing
from delivery.services.testing import take_tests
from delivery.wire.dial import Dialer
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tenancy import clock
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of
from tests.delivery.conftest import IMPATIENT, PEM
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER, OFFICER
from tests.factories.compliance import sign_with
from tests.factories.contacts import make_contact
from tests.fakes import FakeDns
from tests.security import world as worlds
from tests.security.marks import Marks
from tests.security.world import World
from tests.smtp_server import NAME, Certificates, FaultServer


def spend(folder: Path) -> tuple[World, Marks, FaultServer]:
    """The day, with the world and what the recipients' server stored."""
    marks = Marks()
    elm = worlds.build("Elm Street Clinic", marks)
    certificates = Certificates(folder)
    with tenant_scope(elm.tenant.id), FaultServer(certificates.valid()).serving() as server:
        _people(marks)
        give_keys()
        approve(elm, marks)
        _send(_transport(server, marks, certificates))
    _look_up(elm, marks)
    _call(elm, marks)
    return elm, marks, server


def _people(marks: Marks) -> None:
    """One at a good server, one unknown there, one who is to try again, one who wants the portal."""
    domain = f"{marks('domain')}.example"
    for mode in ("ok", "unknown", "greylist", "portal"):
        person = make_contact(
            given_name=marks(f"given name {mode}"),
            family_name=marks(f"family name {mode}"),
            email=f"{marks(f'mailbox {mode}')}+{mode}@{domain}",
            external_id=marks(f"record number {mode}"),
            postal_code=marks(f"postal code {mode}"),
        )
        if mode == "portal":
            contacts.choose_route(person, prefers_portal=True, actor=OFFICER)


def give_keys() -> None:
    """Sender domains sign with a key of which the tests know the public half."""
    for domain in SenderDomain.objects.all():
        sign_with(domain, PEM)


def approve(elm: World, marks: Marks) -> None:
    """Refused with a reason first, then tested, approved and sent."""
    campaign = elm.campaign
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    asked = Approval.objects.filter(campaign=campaign).latest("requested_at")
    approvals.refuse(asked, reason=marks("refusal"), actor=OFFICER)
    campaign = Campaign.objects.get(pk=campaign.pk)
    test_sends.request(campaign, to=list(Membership.objects.all()[:1]), actor=MARKETER)
    take_tests()
    asked = approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    approvals.approve(asked, content_hash=asked.content_hash, actor=OFFICER)
    sending.send_now(Campaign.objects.get(pk=campaign.pk), actor=MARKETER)


def _send(transport: SmtpTransport) -> None:
    """Ticks, tasks put into the queue, and one worker that does what they ask for."""
    with clock.at(clock.now() + timedelta(minutes=2)):
        freeze()
        with platform_scope():
            tasks.wake_senders()
            tasks.freeze_due()
        while worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns):
            pass
        closing.close_over()


def _transport(server: FaultServer, marks: Marks, certificates: Certificates) -> SmtpTransport:
    domains = [f"{marks('domain')}.example", "x.example", "harbourmail.example", "clinic.example"]
    dns = FakeDns({domain: [(10, NAME)] for domain in domains}, {NAME: [server.address]})
    contexts = Contexts.load(certificates.ca_file)
    dialer = Dialer("out.clinic.example", contexts, IMPATIENT, server.port)
    return SmtpTransport(dns, dialer, allow_loopback=True)


def _look_up(elm: World, marks: Marks) -> None:
    """Staff search, reveal and read; an address that does not exist is asked for."""
    browser = browser_of(elm.people[Role.OWNER])
    browser.post("/contacts/search/", {"text": f"{marks('ada')}@x.example"})
    contact = elm.ids["contact_id"][0]
    browser.post(f"/contacts/{contact}/reveal/", {"reason": "call", "note": marks("reveal")})
    browser.get(f"/contacts/{contact}/")
    for message in elm.ids["message_id"]:
        browser.get(f"/messages/{message}/")
    browser.get("/nowhere/")


def _call(elm: World, marks: Marks) -> None:
    """A system writes a person, twice, under a key that makes it repeatable."""
    system = Client(
        headers={"host": settings.HOSTS["api"], "authorization": f"Bearer {elm.api_key}"}
    )
    body = {
        "external_id": marks("api record number"),
        "given_name": marks("api given name"),
        "email": f"{marks('api mailbox')}@x.example",
    }
    for _ in range(2):
        answer = system.post(
            "/api/v1/contacts",
            json.dumps(body),
            content_type="application/json",
            headers={"idempotency-key": marks("idempotency key")},
        )
        assert answer.status_code < 300, answer.content
    system.post(
        "/api/v1/contacts",
        json.dumps({marks("api wrong field"): 1}),
        content_type="application/json",
    )


@contextmanager
def overheard() -> Iterator[StringIO]:
    """Everything that any logger of the process says meanwhile, at the level of production."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)
