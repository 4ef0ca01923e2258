"""Whatever comes back, each mail is read, and no address is suppressed but the one that was written to."""

import time

import pytest
from hypothesis import HealthCheck, example, given, settings

from compliance.models import Suppression
from delivery.inbound import reading, tokens
from delivery.inbound.tokens import Way
from delivery.models import InboundMail, Message, MessageEvent
from tenancy.scope import tenant_scope
from tests.conftest import make_tenant
from tests.delivery.inbound.conftest import reply_path, return_path
from tests.delivery.inbound.mails import report
from tests.delivery.inbound.test_reading import FAILED, GONE, arrives
from tests.factories.campaigns import SENDER_DOMAIN, sender
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message
from tests.security.fuzz_returns import OTHERS, RETURNS, returned

ADA, NOW = "ada@postbox.example", "ada.lovelace@postbox.example"
NOT_READ = {"", reading.UNREADABLE}
drawn = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(drawn, max_examples=600)
@given(RETURNS)
@example(b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000)
@example(b'Content-Type: text/plain; charset="\0"\r\n\r\nHello')
@example(b"Content-Type: text/html; charset=utf-7\r\n\r\n<p>+2AA-</p>")
@example(
    b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 90_000 + b"-" + b"a" * 99_000
)
@example(b"Subject: =?utf-7?q?+2AA-?=\r\n\r\nHello")
def test_every_mail_is_one_of_four_things_whole_and_soon(content):
    returned(content)


@pytest.fixture(scope="module")
def clinic_of_ada(_database):
    """Ada has another address now than the messages went to; others have theirs."""
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        sender()
        ada = make_contact(external_id="EV-1", email=NOW)
        for number, address in enumerate(OTHERS):
            if "@" in address and "." in address:
                make_contact(external_id=f"P{number}", email=address)
        yield ada


def sent_to(ada) -> Message:
    """A message of its own: what is known of one is counted once."""
    message = make_message(
        ada, cause_id=make_campaign(purpose="marketing").id, status="sent", route="tls"
    )
    MessageEvent.objects.create(message=message, kind="accepted", detail={"recipient": ADA})
    return message


def all_addresses(message: Message) -> list[str]:
    key = tokens.key_of(Way.UNSUBSCRIBE)
    roles = [f"{role}@bounce.{SENDER_DOMAIN}" for role in ("abuse", "postmaster", "tls-reports")]
    return [
        return_path(message),
        reply_path(message),
        tokens.address(Way.UNSUBSCRIBE, message.id, SENDER_DOMAIN, key),
        *roles,
    ]


@settings(drawn, max_examples=40)
@given(RETURNS)
@example(GONE)
@example(report(*FAILED, "Status: 5.1.1", "Original-Recipient: rfc822; eve@x.example"))
def test_no_address_is_suppressed_but_the_one_that_was_written_to(clinic_of_ada, content):
    message = sent_to(clinic_of_ada)
    for address in all_addresses(message):
        # Also a report about the message that names others, at an address that names none.
        arrives(
            address,
            return_path(message).encode() + b"\r\n" + content if "abuse" in address else content,
        )
    began = time.process_time()
    while reading.read_waiting():
        pass
    assert time.process_time() - began < 10.0
    assert NOT_READ.isdisjoint(InboundMail.objects.values_list("finding", flat=True))
    assert {suppression.address for suppression in Suppression.objects.all()} == {ADA}
