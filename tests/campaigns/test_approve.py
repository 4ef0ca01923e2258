"""A second person approves exactly what would be sent."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from campaigns import binding
from campaigns.errors import (
    ApprovalNotAllowed,
    CampaignNotReady,
    CampaignNotSendable,
    ContentChanged,
)
from campaigns.models import Approval, Campaign
from campaigns.queries import approvals as queries
from campaigns.services import approvals, drafts
from compliance import services as compliance
from compliance.models import Policy
from segments import services as segments
from tenancy import clock
from tests.factories.campaigns import (
    EVERYBODY,
    MARKETER,
    OFFICER,
    approved_campaign,
    ready_campaign,
    submitted_campaign,
)


def approve(campaign, actor=OFFICER):
    approval = campaign.approvals.get()
    return approvals.approve(approval, content_hash=approval.content_hash, actor=actor)


def test_a_question_is_bound_to_one_document(clinic):
    campaign = submitted_campaign()
    approval = campaign.approvals.get()
    assert (campaign.status, campaign.content_hash) == ("submitted", approval.content_hash)
    assert approval.document["content"] == campaign.content
    assert approval.document["segment"] == [str(campaign.segment_id), 1]
    assert AuditEvent.objects.get(action="campaign.submitted").detail == {
        "content_hash": approval.content_hash
    }
    assert queries.waiting() == [approval]


def test_an_approval_by_another_person_is_in_force_for_two_weeks(clinic):
    campaign = approved_campaign()
    approval = campaign.approvals.get()
    assert campaign.status == Campaign.Status.APPROVED
    assert approval.decided_by_name == "Priya Castellane"
    assert queries.in_force(campaign) == approval
    with clock.at(clock.now() + timedelta(days=14)):
        assert queries.in_force(campaign) is None


def test_nobody_approves_what_they_submitted(clinic):
    campaign = submitted_campaign()
    with pytest.raises(ApprovalNotAllowed, match="Somebody else must approve it"):
        approve(campaign, actor=MARKETER)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SUBMITTED
    assert AuditEvent.objects.get(action="campaign.approve").outcome == "denied"


def test_nobody_approves_what_they_wrote(clinic):
    campaign = ready_campaign()
    drafts.change(campaign, {"name": "New"}, version=campaign.version, actor=OFFICER)
    campaign.refresh_from_db()
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    with pytest.raises(ApprovalNotAllowed):
        approve(campaign)


def test_the_database_refuses_an_approval_by_who_asked(clinic):
    approval = submitted_campaign().approvals.get()
    approval.decision, approval.decided_by = "approved", approval.requested_by
    approval.decided_at = approval.expires_at = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        approval.save()


def test_a_changed_segment_is_not_covered(clinic):
    campaign = approved_campaign()
    segments.update(campaign.segment, name="Other", rule=EVERYBODY, version=1, actor=MARKETER)
    campaign = Campaign.objects.get()
    assert queries.in_force(campaign) is None
    assert queries.changed_since(campaign.approvals.get(), campaign) == ["the audience"]


def test_what_changed_since_it_was_asked_cannot_be_approved(clinic):
    campaign = submitted_campaign()
    compliance.set_policy({"tls_floor": 3}, actor=OFFICER)
    with pytest.raises(ApprovalNotAllowed, match="the protection policy changed"):
        approve(campaign)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"portal_domains": ["bigmail.example"]}, "the providers whose mail goes to the portal"),
        ({"fallback_care": "hold"}, "what becomes of mail that finds no safe way"),
    ],
)  # fmt: skip
def test_an_approval_covers_the_ways_that_its_mail_may_take(clinic, change, words):
    campaign = approved_campaign()
    compliance.set_policy(change, actor=OFFICER)
    assert queries.in_force(campaign) is None
    assert queries.changed_since(campaign.approvals.get(), campaign) == [words]


def test_what_becomes_of_other_mail_is_not_covered(clinic):
    campaign = approved_campaign()
    compliance.set_policy({"fallback_promotion": "drop"}, actor=OFFICER)
    assert queries.in_force(campaign) is not None
    policy = Policy.objects.get()
    assert binding.fallback_of(campaign, policy) == ""
    assert binding.fallback_of(Campaign(purpose="marketing"), policy) == "drop"


def test_an_old_page_cannot_approve_a_newer_question(clinic):
    campaign = submitted_campaign()
    with pytest.raises(ApprovalNotAllowed, match="submitted again"):
        approvals.approve(campaign.approvals.get(), content_hash="0" * 64, actor=OFFICER)


def test_a_refusal_says_why_and_the_author_goes_on(clinic):
    campaign = submitted_campaign()
    with pytest.raises(ApprovalNotAllowed, match="Write what should change"):
        approvals.refuse(campaign.approvals.get(), reason=" ", actor=OFFICER)
    refused = approvals.refuse(campaign.approvals.get(), reason="Shorten it.", actor=OFFICER)
    assert refused.status == Campaign.Status.DRAFT
    assert Approval.objects.get().reason == "Shorten it."
    with pytest.raises(ApprovalNotAllowed, match="answered or taken back"):
        approve(campaign)


def test_a_question_can_be_taken_back(clinic):
    campaign = approvals.withdraw(submitted_campaign(), actor=MARKETER)
    assert campaign.status == Campaign.Status.DRAFT
    assert queries.waiting() == []
    with pytest.raises(ApprovalNotAllowed, match="Nobody was asked"):
        approvals.withdraw(campaign, actor=MARKETER)


def test_what_is_not_ready_is_not_submitted(clinic):
    campaign = drafts.create_blank(name="Empty", purpose="refill", actor=MARKETER)
    with pytest.raises(CampaignNotReady) as refused:
        approvals.submit(campaign, version=1, actor=MARKETER)
    assert refused.value.reasons == (
        "A business associate agreement must be in force before anything is sent.",
        "Choose who receives it.",
        "Choose a sender.",
        "Write a subject.",
        "Say whether a third party pays for this message.",
        "Add your postal address: mail that people may refuse must show it.",
    )
    assert Approval.objects.count() == 0


def test_a_health_term_in_the_subject_is_not_submitted(clinic):
    content = {"subject": "Your diabetes check", "preheader": "", "blocks": []}
    campaign = ready_campaign(content=content)
    with pytest.raises(CampaignNotReady, match="The subject tells of health"):
        approvals.submit(campaign, version=campaign.version, actor=MARKETER)


def test_only_what_its_author_sees_is_submitted(clinic):
    campaign = ready_campaign()
    with pytest.raises(ContentChanged):
        approvals.submit(campaign, version=campaign.version - 1, actor=MARKETER)


def test_an_author_attests_only_where_the_policy_allows_it(clinic):
    campaign = ready_campaign(start="by_hand")
    with pytest.raises(ApprovalNotAllowed, match="second person"):
        approvals.attest(campaign, version=campaign.version, reason="Alone", actor=MARKETER)
    Policy.objects.update_or_create(defaults={"approval_mode": "self_attestation"})
    with pytest.raises(ApprovalNotAllowed, match="no second person"):
        approvals.attest(campaign, version=campaign.version, reason="", actor=MARKETER)
    attested = approvals.attest(
        campaign, version=campaign.version, reason="I work alone.", actor=MARKETER
    )
    approval = attested.approvals.get()
    assert (attested.status, approval.is_self_attested) == ("approved", True)
    assert approval.reason == "I work alone."
    assert AuditEvent.objects.filter(action="campaign.attested").count() == 1


def test_a_planned_time_that_has_passed_is_not_submitted(clinic):
    planned = clock.now() + timedelta(hours=1)
    campaign = ready_campaign(start="at_time", planned_at=planned)
    with clock.at(planned), pytest.raises(CampaignNotReady) as refused:
        approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    assert refused.value.reasons == ("The planned time has passed. Choose one in the future.",)
    campaign.refresh_from_db()
    assert (campaign.status, Approval.objects.count()) == (Campaign.Status.DRAFT, 0)
    assert approvals.submit(campaign, version=campaign.version, actor=MARKETER).is_open


def test_a_planned_time_that_has_passed_is_not_approved(clinic):
    planned = clock.now() + timedelta(hours=1)
    campaign = submitted_campaign(start="at_time", planned_at=planned)
    with clock.at(planned + timedelta(minutes=1)):
        with pytest.raises(CampaignNotSendable, match="planned time has passed"):
            approve(campaign)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SUBMITTED
    assert approve(campaign).send_at == planned
