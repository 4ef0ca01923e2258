import ssl
from collections.abc import Iterator

import pytest

from contacts.models import Contact
from delivery.drafts.draft import Letterhead
from delivery.inbound import tokens
from delivery.inbound.tokens import Way
from delivery.models import Message
from tenancy.models import Tenant
from tests.delivery.inbound import smtpd
from tests.factories.campaigns import SENDER_DOMAIN, sender
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message
from tests.smtp_server import Certificates


@pytest.fixture
def sent(clinic: Tenant) -> Message:
    """A message to Ada that her server accepted."""
    sender()
    ada = make_contact(external_id="EV-1", email="ada@postbox.example", given_name="Ada")
    return make_message(ada, status=Message.Status.SENT, route=Message.Route.TLS)


@pytest.fixture
def ada(sent: Message) -> Contact:
    return sent.contact


def return_path(message: Message) -> str:
    """As the message itself carries it."""
    letterhead = Letterhead("", SENDER_DOMAIN, (), tokens.key_of(Way.BOUNCE))
    return letterhead.return_path(message.id)


def reply_path(message: Message) -> str:
    key = tokens.key_of(Way.REPLY)
    return f"{tokens.local_part(Way.REPLY, message.id, key)}@bounce.{SENDER_DOMAIN}"


@pytest.fixture(scope="session")
def server_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates = Certificates(tmp_path_factory.mktemp("smtpd"))
    context.load_cert_chain(certificates.valid("mx.returns.example"))
    return context


@pytest.fixture
def port(server_tls: ssl.SSLContext) -> Iterator[int]:
    with smtpd.running(server_tls) as port:
        yield port
