"""Campaigns while they are written."""

import pytest

from audit.models import AuditEvent
from campaigns.content.problems import ContentRefused
from campaigns.errors import (
    CampaignNotEditable,
    CampaignNotNamed,
    CampaignNotStoppable,
    ContentChanged,
)
from campaigns.models import Approval, Campaign
from campaigns.recipes import recipes
from campaigns.services import drafts, sending, templates
from tests.factories.campaigns import (
    CONTENT,
    MARKETER,
    OFFICER,
    approved_campaign,
    brand,
    ready_campaign,
    segment,
    sender,
    submitted_campaign,
)


def actions():
    return list(AuditEvent.objects.order_by("recorded_at").values_list("action", flat=True))


def test_a_recipe_fills_in_what_can_be_guessed(clinic):
    care, wanted = sender(), segment("People with an appointment soon")
    segment("Somebody else")
    brand()
    campaign = drafts.create_from_recipe(recipes()["appointment"], actor=MARKETER)
    assert campaign.name.startswith("Appointment reminder, ")
    assert (campaign.purpose, campaign.sender, campaign.segment) == ("appointment", care, wanted)
    assert campaign.content["subject"] == "A reminder from {{ organization }}"
    assert campaign.authors == [MARKETER.id]
    assert actions() == ["campaign.created"]


def test_a_recipe_leaves_out_blocks_whose_fields_do_not_exist(clinic):
    campaign = drafts.create_from_recipe(recipes()["screening"], actor=MARKETER)
    texts = " ".join(block.get("text", "") for block in campaign.content["blocks"])
    assert "last_mammogram" not in texts
    assert "It takes about 20 minutes" in texts
    assert not any(block["type"] == "button" for block in campaign.content["blocks"])


def test_the_audience_of_the_last_campaign_is_suggested_again(clinic):
    first = drafts.create_from_recipe(recipes()["survey"], actor=MARKETER)
    chosen = segment("Anybody at all")
    drafts.change(first, {"segment": chosen}, version=1, actor=MARKETER)
    assert drafts.create_from_recipe(recipes()["survey"], actor=MARKETER).segment == chosen


def test_two_editors_never_overwrite_each_other(clinic):
    campaign = ready_campaign()
    first = drafts.change(campaign, {"name": "Mine"}, version=campaign.version, actor=MARKETER)
    with pytest.raises(ContentChanged, match="Somebody else saved"):
        drafts.change(campaign, {"name": "Yours"}, version=campaign.version, actor=OFFICER)
    campaign.refresh_from_db()
    assert (campaign.name, campaign.version) == ("Mine", first.version)


def test_saving_the_same_changes_nothing(clinic):
    campaign = ready_campaign()
    again = drafts.change(campaign, {"content": CONTENT}, version=campaign.version, actor=OFFICER)
    assert again.version == campaign.version
    assert again.authors == [MARKETER.id]


def test_everybody_who_writes_becomes_an_author(clinic):
    campaign = ready_campaign()
    changed = drafts.change(campaign, {"name": "New"}, version=campaign.version, actor=OFFICER)
    assert changed.authors == sorted([MARKETER.id, OFFICER.id])


@pytest.mark.parametrize("make", [submitted_campaign, approved_campaign])
def test_any_edit_voids_the_approval(clinic, make):
    campaign = make()
    changed = drafts.change(
        campaign, {"protection": "portal"}, version=campaign.version, actor=MARKETER
    )
    assert (changed.status, changed.content_hash) == ("draft", "")
    assert Approval.objects.get().voided_at is not None
    assert actions()[-2:] == ["campaign.approval_voided", "campaign.changed"]


def test_what_is_scheduled_is_not_edited(clinic):
    campaign = sending.send_now(approved_campaign(), actor=MARKETER)
    with pytest.raises(CampaignNotEditable, match="This campaign is scheduled"):
        drafts.change(campaign, {"name": "New"}, version=campaign.version, actor=MARKETER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " "}, CampaignNotNamed),
        ({"name": "x" * 121}, CampaignNotNamed),
        ({"content": {"blocks": [{"type": "script"}]}}, ContentRefused),
        ({"status": "sent"}, ValueError),
        ({"authors": []}, ValueError),
    ],
)
def test_refuses_what_is_not_for_an_author(clinic, changes, refusal):
    campaign = ready_campaign()
    before = actions()
    with pytest.raises(refusal):
        drafts.change(campaign, changes, version=campaign.version, actor=MARKETER)
    assert actions() == before


def test_a_copy_is_a_draft_of_its_own(clinic):
    campaign = approved_campaign()
    copy = drafts.duplicate(campaign, actor=OFFICER)
    assert (copy.name, copy.status, copy.content_hash) == ("Visit reminder (copy)", "draft", "")
    assert (copy.segment, copy.sender) == (campaign.segment, campaign.sender)
    assert copy.authors == [OFFICER.id]


def test_a_draft_can_be_given_up_and_what_is_scheduled_cannot(clinic):
    campaign = drafts.discard(submitted_campaign(), actor=MARKETER)
    assert campaign.status == Campaign.Status.CANCELED
    with pytest.raises(CampaignNotStoppable):
        drafts.discard(campaign, actor=MARKETER)


def test_a_template_starts_a_campaign(clinic):
    template = templates.create(
        name=" Visit  reminder", purpose="appointment", document=CONTENT, actor=MARKETER
    )
    assert template.name == "Visit reminder"
    assert drafts.create_from_template(template, actor=MARKETER).content == template.content


def test_a_template_is_never_overwritten_by_an_older_version(clinic):
    template = templates.create_from_recipe(recipes()["billing"], actor=MARKETER)
    saved = templates.save_content(template, CONTENT, version=1, actor=MARKETER)
    assert saved.version == 2
    with pytest.raises(ContentChanged):
        templates.save_content(template, {**CONTENT, "subject": "x"}, version=1, actor=OFFICER)
    assert templates.save_content(saved, CONTENT, version=2, actor=OFFICER).version == 2


def test_an_archived_template_comes_back(clinic):
    template = templates.create_from_recipe(recipes()["billing"], actor=MARKETER)
    assert templates.archive(template, actor=MARKETER).archived_at is not None
    assert templates.restore(template, actor=MARKETER).archived_at is None
    assert actions() == ["template.created", "template.archived", "template.restored"]
