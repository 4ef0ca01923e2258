"""From approved to sent, and back while it can be."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from campaigns.errors import CampaignNotSendable, CampaignNotStoppable
from campaigns.models import Campaign
from campaigns.services import sending
from compliance import queries as compliance_queries
from compliance import services as compliance
from compliance.errors import AgreementRequired
from segments import services as segments
from tenancy import clock
from tests.factories.campaigns import (
    EVERYBODY,
    MARKETER,
    OFFICER,
    approved_campaign,
    submitted_campaign,
)


def due(campaign):
    return clock.at(campaign.send_at + timedelta(seconds=1))


def test_sending_leaves_a_minute_to_take_it_back(clinic):
    moment = clock.now()
    with clock.at(moment):
        campaign = sending.send_now(approved_campaign(), actor=MARKETER)
        assert campaign.send_at == moment + timedelta(seconds=60)
        assert not sending.begin(campaign)
        back = sending.take_back(campaign, actor=MARKETER)
    assert (back.status, back.send_at) == ("approved", None)
    assert AuditEvent.objects.filter(action="campaign.taken_back").count() == 1


def test_approval_starts_what_was_meant_to_start_then(clinic):
    campaign = approved_campaign(start="on_approval")
    assert campaign.status == Campaign.Status.SCHEDULED
    assert campaign.send_at - clock.now() <= timedelta(seconds=60)


def test_a_schedule_lies_ahead(clinic):
    campaign = approved_campaign()
    with pytest.raises(CampaignNotSendable, match="Choose a time"):
        sending.schedule(campaign, send_at=clock.now(), actor=MARKETER)
    tomorrow = clock.now() + timedelta(days=1)
    assert sending.schedule(campaign, send_at=tomorrow, actor=MARKETER).send_at == tomorrow


def test_nothing_is_sent_without_approval_or_agreement(clinic):
    with pytest.raises(CampaignNotSendable, match="not approved yet"):
        sending.send_now(submitted_campaign(), actor=MARKETER)
    compliance.end_agreement(compliance_queries.require_agreement(), reason="Over", actor=OFFICER)
    with pytest.raises(AgreementRequired):
        sending.send_now(Campaign.objects.get(), actor=MARKETER)


def test_an_expired_approval_is_asked_again(clinic):
    campaign = approved_campaign()
    with clock.at(clock.now() + timedelta(days=15)):
        with pytest.raises(CampaignNotSendable, match="has expired"):
            sending.send_now(campaign, actor=MARKETER)


def test_a_due_campaign_begins_once(clinic):
    campaign = sending.send_now(approved_campaign(), actor=MARKETER)
    with due(campaign):
        assert sending.begin(campaign)
        assert not sending.begin(campaign)
    assert Campaign.objects.get().status == Campaign.Status.SENDING
    assert AuditEvent.objects.get(action="campaign.began").actor_kind == "system"


def test_what_is_no_longer_covered_does_not_begin(clinic):
    campaign = sending.send_now(approved_campaign(), actor=MARKETER)
    segments.update(campaign.segment, name="Other", rule=EVERYBODY, version=1, actor=OFFICER)
    with due(campaign):
        assert not sending.begin(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.send_at) == ("draft", None)
    assert AuditEvent.objects.filter(action="campaign.stopped_uncovered").count() == 1


def test_pause_resume_cancel(clinic):
    campaign = sending.send_now(approved_campaign(), actor=MARKETER)
    with pytest.raises(CampaignNotStoppable, match="This campaign is scheduled"):
        sending.pause(campaign, actor=MARKETER)
    with due(campaign):
        sending.begin(campaign)
    assert sending.pause(campaign, actor=MARKETER).status == "paused"
    assert sending.resume(campaign, actor=MARKETER).status == "sending"
    with pytest.raises(CampaignNotStoppable, match="too late"):
        sending.take_back(campaign, actor=MARKETER)
    canceled = sending.cancel(campaign, actor=MARKETER)
    assert canceled.status == "canceled"
    assert canceled.ended_at is not None
    assert sending.finish(canceled).status == "canceled"


def test_a_settled_campaign_is_sent(clinic):
    campaign = sending.send_now(approved_campaign(), actor=MARKETER)
    with due(campaign):
        sending.begin(campaign)
    finished = sending.finish(campaign)
    assert finished.status == "sent"
    assert finished.ended_at is not None
