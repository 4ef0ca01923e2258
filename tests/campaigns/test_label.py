"""What an author says that a campaign holds raises its protection, and never lowers it."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from campaigns.queries import approvals, audience, writing
from campaigns.services import drafts
from compliance.facts import Outcome, Sensitivity
from delivery.audience import sending_facts
from tests.factories.campaigns import CONTENT, MARKETER, approved_campaign, ready_campaign
from tests.factories.contacts import make_contact

PLAIN = {
    "subject": "News",
    "preheader": "",
    "blocks": [{"id": "a", "type": "text", "text": "Hello."}],
}


@pytest.mark.parametrize(
    ("content", "label", "sensitivity"),
    [
        (PLAIN, 0, Sensitivity.S0),
        (PLAIN, 1, Sensitivity.S1),
        (PLAIN, 3, Sensitivity.S3),
        (CONTENT, 0, Sensitivity.S2),
        (CONTENT, 1, Sensitivity.S2),
    ],
)
def test_only_raises_what_is_found(clinic, content, label, sensitivity):
    campaign = ready_campaign(content=content, label=label, segment=None)
    assert audience.sensitivity(campaign) == sensitivity
    assert sending_facts(campaign, writing.compiled(campaign)).sensitivity == sensitivity


def test_the_specially_protected_goes_to_nobody_without_a_written_consent(clinic):
    make_contact()
    campaign = ready_campaign(content=PLAIN, label=3)
    sending = audience.sending_facts(campaign, is_approved=True)
    ((_, verdict),) = audience.verdicts(campaign, sending)
    assert verdict.outcome is Outcome.DENY


def test_another_label_must_be_approved_anew_and_none_leaves_an_approval_as_it_was(clinic):
    campaign = approved_campaign()
    assert "label" not in approvals.document(campaign)
    campaign.label = 2
    assert approvals.in_force(campaign) is None
    given = campaign.approvals.get()
    assert approvals.changed_since(given, campaign) == ["what its author says that it holds"]


def test_a_copy_keeps_its_label_and_the_database_knows_no_other(clinic):
    campaign = ready_campaign(content=PLAIN, label=2)
    assert drafts.duplicate(campaign, actor=MARKETER).label == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(label=4)
