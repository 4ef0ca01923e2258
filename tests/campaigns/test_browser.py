"""The pages of campaigns in a browser: strict policy, axe, both themes, phone width; and the stories."""

import pytest

from campaigns.recipes import recipes
from campaigns.services import approvals, drafts
from tests.browser import assert_accessible
from tests.factories.campaigns import MARKETER

pytestmark = pytest.mark.browser


@pytest.fixture
def campaign(busy_clinic):
    return drafts.create_from_recipe(recipes()["appointment"], actor=MARKETER)


@pytest.fixture
def submitted(campaign):
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    return campaign


@pytest.mark.parametrize("path", ["", "?edit=audience", "?edit=timing", "content/", "preview/"])
def test_page_of_a_draft_stands(open_as, marketer, campaign, path):
    page = open_as(marketer, f"/campaigns/{campaign.pk}/{path}")
    page.wait_for_load_state("networkidle")
    assert_accessible(page)


@pytest.mark.parametrize(
    "path",
    ["/campaigns/", "/campaigns/new/", "/templates/", "/templates/new/", "/templates/brand/"],
)
def test_list_stands(open_as, marketer, campaign, path):
    assert_accessible(open_as(marketer, path))


def test_review_stands(open_as, officer, submitted):
    page = open_as(officer, f"/campaigns/{submitted.pk}/review/")
    page.wait_for_load_state("networkidle")
    assert_accessible(page)
