"""The figures of links in a browser: strict policy, axe, both themes, phone width."""

import pytest

from tests.accounts.signing_in import make_member
from tests.browser import assert_accessible
from tests.delivery.tracking.test_report import TARGETS, campaign  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


def test_a_report_with_links(open_as, clinic, campaign):  # noqa: F811
    page = open_as(make_member(clinic, "marketer"), f"/campaigns/{campaign.id}/report/")
    page.get_by_text(TARGETS[0], exact=True).wait_for()
    assert_accessible(page)
