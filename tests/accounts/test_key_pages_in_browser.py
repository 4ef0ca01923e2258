import pytest

from accounts.services import workspace_keys
from tenancy import resealing, rotation, services
from tests.accounts.signing_in import make_member, make_user
from tests.browser import PHONE, assert_accessible

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olga Owner")


def test_the_pages_of_keys_stand_up(open_as, clinic, owner, nurse):
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    workspace_keys.rotate(actor=nurse)
    page = open_as(owner, "/settings/keys/")
    page.get_by_text("Waiting for a worker.").wait_for()
    assert_accessible(page)
    resealing.work_on(rotation.last_job().pk)
    page.get_by_role("heading", name="All values were moved").wait_for()  # nobody reloaded
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    page.goto(page.url + "columns/")
    assert_accessible(page)


def test_the_operators_pages_of_keys_stand_up(open_as, clinic):
    operator = make_user("Pat Platform", is_operator=True)
    page = open_as(operator, f"/operator/{clinic.id}/keys/")
    assert_accessible(page)
    page.get_by_label("Why").fill("incident 12")
    page.get_by_role("button", name="Switch the keys off").click()
    page.get_by_role("button", name="Switch the keys on").wait_for()
    assert_accessible(page)
    page.goto(page.url.partition("/operator/")[0] + "/operator/keys/")
    assert_accessible(page)


def test_a_closed_workspace_says_so(open_as, clinic, owner, nurse):
    page = open_as(owner, "/account/")
    workspace_keys.switch_off(clinic.id, reason="incident 12", actor=nurse)
    page.goto(page.url.replace("/account/", "/settings/"))
    page.get_by_role("heading", name="This workspace is closed for now").wait_for()
    assert_accessible(page)
