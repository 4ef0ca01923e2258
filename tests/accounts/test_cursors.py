"""Lists that go on: a cursor that we never wrote is no failure of ours."""

import pytest

from tests.accounts.signing_in import browser_of, make_member

LISTS = (
    "/campaigns/?before=",
    "/compliance/suppressions/?before=",
    "/contacts/?older=",
    "/messages/?before=",
    "/replies/?before=",
    "/undelivered/?before=",
    "/reports/domains/?before=",
)


@pytest.fixture
def owner(clinic):
    return browser_of(make_member(clinic, "owner"))


@pytest.mark.parametrize("url", LISTS)
def test_what_is_no_cursor_begins_at_the_first_page(owner, url):
    for cursor in ("x", "%00", "00000000-0000-0000-0000-00000000000", "1" * 500):
        assert owner.get(f"{url}{cursor}").status_code == 200
