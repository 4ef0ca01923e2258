"""A clinic that may send letters, and what its worker hands over."""

from email import message_from_bytes, policy

from compliance.models import SenderDomain
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.queries import due
from tests.delivery.conftest import PEM
from tests.factories.campaigns import brand, sender
from tests.factories.compliance import agreement_in_force, sign_with
from tests.fakes import FakeTransport

ADA = "ada@harbourmail.example"
CARE = "care@mail.elm.example"


def make_proven() -> SenderDomain:
    """An agreement in force, a brand, and a domain that signs."""
    agreement_in_force()
    brand()
    return signing(sender().domain)


def signing(domain: SenderDomain) -> SenderDomain:
    """With a key that signs."""
    sign_with(domain, PEM)
    return domain


def send() -> FakeTransport:
    transport = FakeTransport()
    worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)
    return transport


def delivered(transport, address=ADA):
    """The one message that the address got."""
    (letter,) = transport.handed_over[address]
    return message_from_bytes(letter, policy=policy.default)
