import pytest

from tests.accounts.signing_in import browser_of, make_member
from tests.factories.compliance import agreement_in_force


@pytest.fixture
def marketer(clinic):
    """A browser in which Mara Marketer of Elm Street Clinic is signed in."""
    return browser_of(make_member(clinic, "marketer", "Mara Marketer"))


@pytest.fixture
def analyst(clinic):
    return browser_of(make_member(clinic, "analyst", "Ana Analyst"))


@pytest.fixture
def agreement(clinic):
    return agreement_in_force()
