"""Mail to people with a certificate: encrypted to them, and still only under verified TLS."""

from email import message_from_bytes, policy

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7

from campaigns.models import Campaign
from compliance import withdrawals
from compliance.services import sender_certificates
from contacts import services as contacts
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.models import Message, MessageEvent
from delivery.queries import due
from delivery.wire.levels import Level
from tests.delivery.sending import freeze
from tests.factories.compliance import OWNER
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport
from tests.mail_pki import MailAuthority

ADDRESS = "ada@harbourmail.example"


@pytest.fixture
def authority(settings, tmp_path):
    authority = MailAuthority()
    settings.SMIME_CA_FILE = str(authority.write(tmp_path))
    return authority


def send() -> FakeTransport:
    transport = FakeTransport()
    worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)
    return transport


def test_it_is_encrypted_to_the_person_and_says_nothing_outside(campaign: Campaign, authority):
    ada, hers = make_contact(), authority.issue(ADDRESS)
    ours = authority.issue(campaign.sender.address)
    sender_certificates.set_certificate(campaign.sender, ours.pem, ours.key_pem, actor=OWNER)
    contacts.keep_certificate(ada, hers.pem, actor=OWNER)
    freeze()
    transport = send()
    sent = message_from_bytes(transport.handed_over[ADDRESS][0], policy=policy.default)
    assert sent["Subject"] == "Encrypted message"
    assert sent.get_content_type() == "application/pkcs7-mime"
    assert transport.required[ADDRESS] is Level.T2
    signed = pkcs7.pkcs7_decrypt_der(sent.get_content(), hers.certificate, hers.key, [])
    inside = message_from_bytes(signed, policy=policy.default)
    assert inside.get_param("smime-type") == "signed-data"
    assert b"Ada=" in inside.get_content()
    assert Message.objects.get().status == "sent"
    assert MessageEvent.objects.get(kind="accepted").detail["rule"] == "smime"


@pytest.mark.parametrize("whose", ["person", "sender"])
def test_a_withdrawn_certificate_takes_the_route_away(campaign: Campaign, authority, whose):
    """Also one that was withdrawn under another person, and after the audience was frozen."""
    ada, hers = make_contact(), authority.issue(ADDRESS)
    ours = authority.issue(campaign.sender.address)
    sender_certificates.set_certificate(campaign.sender, ours.pem, ours.key_pem, actor=OWNER)
    contacts.keep_certificate(ada, hers.pem, actor=OWNER)
    freeze()
    withdrawals.withdraw((hers if whose == "person" else ours).certificate)
    sent = message_from_bytes(send().handed_over[ADDRESS][0], policy=policy.default)
    assert sent.get_content_type() == "multipart/alternative"
    assert MessageEvent.objects.get(kind="accepted").detail["rule"] == "verified_tls"


def test_without_a_senders_certificate_it_goes_the_usual_way(campaign: Campaign, authority):
    ada = make_contact()
    contacts.keep_certificate(ada, authority.issue(ADDRESS).pem, actor=OWNER)
    freeze()
    sent = message_from_bytes(send().handed_over[ADDRESS][0], policy=policy.default)
    assert sent.get_content_type() == "multipart/alternative"
    assert MessageEvent.objects.get(kind="accepted").detail["rule"] == "verified_tls"
