"""Pages for refusals in a real browser: readable, accessible, in the shell of whoever is there."""

import pytest

from tests.accounts.signing_in import make_member
from tests.browser import assert_accessible

pytestmark = pytest.mark.browser


def test_staff_stay_in_their_shell(clinic, open_as):
    page = open_as(make_member(clinic), "/account/theme/")
    assert page.locator("h1").all_inner_texts() == ["This address is not opened this way"]
    assert page.get_by_text("Elm Street Clinic").count() > 0
    assert_accessible(page)


@pytest.mark.parametrize(("host", "path"), [("staff", "/nowhere/"), ("portal", "/nowhere/")])
def test_strangers_read_one_page(open_page, host, path):
    page = open_page(path, host=host)
    assert page.locator("h1").count() == 1
    assert len(page.locator("code").inner_text()) == 8
    assert_accessible(page)
