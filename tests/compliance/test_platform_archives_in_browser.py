"""The operator's archives and the copies of checkpoints in a browser, from the rail to the password."""

import pytest

from audit import anchoring
from audit import services as audit
from tests.accounts.signing_in import make_member, make_user
from tests.audit.months import of_platform
from tests.browser import assert_accessible
from tests.factories.compliance import OPERATOR

pytestmark = pytest.mark.browser


def test_an_operator_takes_a_copy_of_a_month(open_as):
    month = f"{of_platform(OPERATOR, (2020, 3))[-1].month:%B %Y}"
    page = open_as(make_user("Olga Operator", is_operator=True), "/operator/")
    page.get_by_role("link", name="Platform log", exact=True).click()
    page.get_by_role("heading", level=1, name="Archives").wait_for()
    page.get_by_text(month).first.wait_for()
    assert_accessible(page)
    page.get_by_role("button", name=f"Take a copy of {month}").click()
    page.get_by_role("heading", level=1, name=f"Copy of {month}").wait_for()
    assert_accessible(page)


def test_each_copy_outside_has_its_proof(open_as, clinic, nurse):
    audit.record("contact.paused", actor=nurse, days=1)
    anchoring.download(actor=nurse)
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    page = open_as(cora, "/compliance/audit/integrity/")
    link = page.get_by_role("link", name="Proof that the log goes on from it")
    assert_accessible(page)
    with page.expect_download() as taken:
        link.click()
    assert taken.value.suggested_filename.startswith("proof-since-")
