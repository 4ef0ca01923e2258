"""A campaign in a colleague's mailbox, as one contact would get it: what may travel, and what may not."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from accounts.models import Membership
from audit.models import AuditEvent
from campaigns import errors, models
from campaigns.models import Campaign
from campaigns.services import drafts, tests
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import SenderDomain, Suppression
from contacts.models import Attribute, Contact
from delivery import worker
from delivery.drafters import drafters
from delivery.models import Message
from delivery.services.testing import take_tests
from delivery.wire.levels import Level
from tenancy import clock
from tenancy.errors import DomainError
from tests.accounts.signing_in import make_member, membership_of
from tests.compliance import test_ending as ending
from tests.delivery.conftest import PEM
from tests.factories.campaigns import CONTENT, MARKETER, ready_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport


@pytest.fixture
def colleague(clinic) -> Membership:
    return membership_of(make_member(clinic), clinic)


@pytest.fixture
def campaign(clinic) -> Campaign:
    campaign = ready_campaign()
    sign_with(campaign.sender.domain, PEM)
    return campaign


def ask(campaign: Campaign, colleague: Membership, **person: str) -> None:
    if not Contact.objects.exists():
        make_contact(**person)
    tests.request(campaign, to=[colleague], actor=MARKETER)


def send() -> FakeTransport:
    take_tests()
    transport = FakeTransport()
    worker.send_due(transport, drafters(), stopped=list)
    return transport


def end() -> tuple[str, str]:
    message = Message.objects.get(cause="test")
    return message.status, message.reason


def test_a_colleague_sees_what_the_contact_would(campaign, colleague):
    ask(campaign, colleague)
    transport = send()
    ((to, (letter,)),) = transport.handed_over.items()
    message = message_from_bytes(letter, policy=policy.default)
    assert (to, transport.required[to]) == (colleague.user.email, Level.T2)
    assert message["Subject"].startswith("[Test] A reminder from")
    assert "Hello Ada" in message.get_body(("plain",)).get_content()
    assert end() == ("sent", "")


def test_no_test_of_what_is_specially_protected_is_taken(campaign, colleague):
    Attribute.objects.filter(key="next_visit").update(phi_class="special")
    with pytest.raises(errors.TestNotSent, match="never leaves by email"):
        ask(campaign, colleague)
    assert not models.TestSend.objects.exists()


def refused(campaign, colleague, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        ask(campaign, colleague)
    assert not models.TestSend.objects.exists()
    assert not AuditEvent.objects.filter(action="campaign.tested").exists()
    assert send().handed_over == {}


def test_no_test_leaves_from_a_domain_whose_records_are_gone(campaign, colleague):
    SenderDomain.objects.update(verified_at=clock.now() - timedelta(hours=25))
    refused(Campaign.objects.get(), colleague, "The sender's domain may not send now")


def test_no_test_goes_to_a_suppressed_mailbox_of_a_colleague(campaign, colleague):
    compliance.suppress(
        colleague.user.email,
        reason=SuppressionReason.BOUNCED,
        source=Suppression.Source.STAFF,
        actor=MARKETER,
    )
    refused(campaign, colleague, "gets no mail from here: The mailbox does not exist")


def test_no_test_leaves_a_frozen_workspace(campaign, colleague, clinic):
    asker = ending.actor_of(make_member(clinic, "owner", "Olive Owner"))
    officer = ending.actor_of(make_member(clinic, "compliance_officer", "Cora Officer"))
    make_contact()
    ending.end(clinic, asker, officer)
    refused(campaign, colleague, "is ending")


def test_what_became_specially_protected_since_does_not_leave(campaign, colleague):
    ask(campaign, colleague)
    Attribute.objects.filter(key="next_visit").update(phi_class="special")
    assert send().handed_over == {}
    assert end() == ("failed", "specially_protected")


def test_a_value_that_is_specially_protected_does_not_leave(campaign, colleague):
    ask(campaign, colleague, given_name="naltrexone for opioid use disorder")
    assert send().handed_over == {}
    assert end() == ("failed", "specially_protected")


def test_a_value_that_others_would_see_does_not_leave(campaign, colleague):
    Attribute.objects.create(key="note", label="Note", type="text", phi_class="none")
    content = CONTENT | {"subject": "About {{ note }}"}
    drafts.change(campaign, {"content": content}, version=campaign.version, actor=MARKETER)
    campaign.refresh_from_db()
    ask(campaign, colleague, note="MRN 0042311")
    assert send().handed_over == {}
    assert end() == ("failed", "dlp_blocked")


def test_a_test_that_cannot_be_read_any_more_fails_alone(campaign, colleague):
    ask(campaign, colleague)
    test = models.TestSend.objects.get()
    test.content = CONTENT | {"subject": "See {{ removed }}"}
    test.save(update_fields=["content"])
    ask(campaign, colleague)
    transport = send()
    assert [len(letters) for letters in transport.handed_over.values()] == [1]
    found = Message.objects.filter(cause="test").values_list("status", "reason")
    assert sorted(found) == [("failed", "not_renderable"), ("sent", "")]
