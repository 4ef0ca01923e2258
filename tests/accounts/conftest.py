import pytest

from tests.accounts.signing_in import browser_of, make_member, staff_browser


@pytest.fixture
def browser():
    """A browser on the staff host in which nobody is signed in."""
    return staff_browser()


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.fixture
def marketer(clinic):
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def owners_browser(owner):
    return browser_of(owner)
