"""RFC 8058: what stands in the header, that it is signed, and that a provider's post needs nothing else."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.test import Client

from campaigns.models import Campaign
from campaigns.services import sending
from contacts import services as contacts
from contacts.models import Contact
from delivery.models import MessageEvent
from tenancy import clock
from tests.delivery.conftest import PEM
from tests.delivery.sending import freeze
from tests.delivery.test_campaign_sending import send
from tests.factories.campaigns import MARKETER, SENDER_DOMAIN, approved_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import PAPER, make_contact
from tests.fakes import FakeTransport

PROVIDER = {
    "host": settings.HOSTS["links"],
    "origin": "https://mail.provider.example",
    "sec-fetch-site": "cross-site",
    "user-agent": "Provider-Unsubscribe/1.0",
}


def ways_of(letter: EmailMessage) -> list[str]:
    """The addresses of List-Unsubscribe, in their order (RFC 2369 2)."""
    return re.findall(r"<([^<>\s]+)>", letter["List-Unsubscribe"])


def letter_of(purpose: str) -> EmailMessage:
    """What leaves to a person who agreed to that kind of mail."""
    ada = make_contact()
    contacts.record_consent(ada, purpose=purpose, kind="opt_in", evidence=PAPER, actor=MARKETER)
    campaign = approved_campaign(purpose=purpose, remuneration="none")
    sign_with(campaign.sender.domain, PEM)
    sending.send_now(campaign, actor=MARKETER)
    transport = FakeTransport()
    with clock.at(clock.now() + timedelta(seconds=61)):
        freeze()
        send(transport)
    (letter,) = transport.handed_over["ada@harbourmail.example"]
    return message_from_bytes(letter, policy=policy.default)


def test_the_header_has_one_link_then_mail_and_both_fields_are_signed_against_more(clinic):
    letter = letter_of("operations")
    link, mail_to = ways_of(letter)
    assert letter["List-Unsubscribe"] == f"<{link}>, <{mail_to}>"
    assert re.fullmatch(r"https?://links\.localhost[^/]*/u/[\w-]{64}", link)
    address = rf"u\+[0-9a-f]{{32}}[a-z2-7]{{16}}@bounce\.{re.escape(SENDER_DOMAIN)}"
    assert re.fullmatch(rf"mailto:{address}\?subject=unsubscribe", mail_to)
    assert letter.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    signed = re.search(r"h=([^;]+)", letter["DKIM-Signature"])[1].lower()
    names = [name.strip() for name in re.sub(r"\s", "", signed).split(":")]
    assert names.count("list-unsubscribe") == 2
    assert names.count("list-unsubscribe-post") == 2
    assert names.count("feedback-id") == 2
    feedback = rf"{Campaign.objects.get().pk.hex}:{clinic.pk.hex}:campaign:sealpost"
    assert letter.get_all("Feedback-ID") == [feedback]


def test_mail_about_care_cannot_be_stopped_by_a_button(clinic):
    letter = letter_of("treatment")
    assert letter["List-Unsubscribe"] is None
    assert letter["List-Unsubscribe-Post"] is None
    assert letter["Feedback-ID"] is None


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", ""])
def test_a_providers_post_needs_no_cookie_and_is_led_nowhere(clinic, body):
    link, _ = ways_of(letter_of("operations"))
    path = f"/u/{link.rpartition('/')[2]}"
    provider = Client(headers=PROVIDER, enforce_csrf_checks=True)
    form = "application/x-www-form-urlencoded"
    answer = provider.generic("POST", path, body, content_type=form)
    assert answer.status_code == 200
    assert "Location" not in answer
    assert not answer.cookies
    assert Contact.objects.get().consents == {"operations": "withdrawn"}
    assert MessageEvent.objects.filter(kind="unsubscribed").count() == 1
    assert "/p/" in answer.content.decode()
