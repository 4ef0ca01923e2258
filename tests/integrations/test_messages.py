from email import message_from_bytes, policy

import pytest

from audit.models import AuditEvent
from campaigns.models import Campaign
from contacts import services as contacts
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.models import Message, SingleSend
from delivery.queries import due
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.delivery.conftest import PEM
from tests.factories.campaigns import approved_campaign, ready_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import PAPER, make_contact
from tests.fakes import FakeTransport
from tests.integrations.client import make_system


@pytest.fixture
def campaign(clinic):
    """Approved, about an appointment, with a key that signs; never sent as a campaign."""
    campaign = approved_campaign()
    domain = campaign.sender.domain
    sign_with(domain, PEM)
    return campaign


@pytest.fixture
def ada(campaign):
    return make_contact(next_visit="2026-12-02")


@pytest.fixture
def system(campaign):
    return make_system()


def ask(system, contact, campaign, **headers):
    body = {"contact_id": str(contact.pk), "campaign_id": str(campaign.pk)}
    return system.post("/messages", body, **headers)


def send():
    transport = FakeTransport()
    worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)
    return transport.handed_over


def test_one_message_leaves_by_the_route_of_its_campaign(system, ada, campaign):
    answer = ask(system, ada, campaign)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    (letter,) = send()["ada@harbourmail.example"]
    assert b"DKIM-Signature" in letter
    text = message_from_bytes(letter, policy=policy.default).get_body(("plain",)).get_content()
    assert "Hello Ada" in text
    status = system.get(f"/messages/{answer.json()['id']}").json()
    assert (status["status"], status["route"], status["reason"]) == ("sent", "tls", "")
    assert Message.objects.get().cause == "api"
    assert Campaign.objects.get().status == "approved"


def test_the_same_request_sends_once(system, ada, campaign):
    first = ask(system, ada, campaign, **{"idempotency-key": "visit-7"})
    again = ask(system, ada, campaign, **{"idempotency-key": "visit-7"})
    assert first.json() == again.json()
    assert Message.objects.count() == 1
    assert len(send()["ada@harbourmail.example"]) == 1


def test_the_gate_is_asked_and_its_verdict_kept(system, ada, campaign, nurse):
    contacts.stop_everything(ada, evidence=PAPER, actor=nurse)
    answer = ask(system, ada, campaign).json()
    assert (answer["status"], answer["reason"]) == ("skipped", "opted_out")
    assert Message.objects.get().verdict["outcome"] == "deny"
    assert send() == {}


def test_the_gate_is_asked_again_when_it_leaves(system, ada, campaign, nurse):
    ask(system, ada, campaign)
    contacts.stop_everything(ada, evidence=PAPER, actor=nurse)
    assert send() == {}
    assert Message.objects.get().status == "skipped"


def test_refuses_what_nobody_approved(clinic):
    draft = ready_campaign(start="by_hand")
    answer = ask(make_system(), make_contact(), draft)
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_not_sendable")
    assert not Message.objects.exists()
    assert not SingleSend.objects.exists()


def test_refuses_mail_that_people_may_do_without(system, ada, campaign):
    Campaign.objects.update(purpose="marketing")
    answer = ask(system, ada, campaign)
    assert answer.json()["detail"].startswith("One message at a time is for care and payment.")
    assert not Message.objects.exists()


def test_another_tenants_campaign_contact_or_message_is_not_found(
    system, ada, campaign, other_clinic
):
    message = ask(system, ada, campaign).json()
    with tenant_scope(other_clinic.id):
        stranger = make_system()
        assert stranger.get(f"/messages/{message['id']}").status_code == 404
        assert ask(stranger, ada, campaign).status_code == 404
        theirs = make_contact()
        assert ask(stranger, theirs, campaign).status_code == 404
    assert ask(system, theirs, campaign).status_code == 404


def test_a_campaigns_own_message_is_none_of_the_api(system, ada):
    message_id = uuid7()
    assert system.get(f"/messages/{message_id}").status_code == 404


def test_leaves_a_trail(system, ada, campaign):
    ask(system, ada, campaign)
    event = AuditEvent.objects.get(action="message.asked_for")
    assert (event.actor_kind, event.detail["status"]) == ("api_key", "queued")
