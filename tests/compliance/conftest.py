import pytest

from tests.accounts.signing_in import browser_of, make_member, make_user


@pytest.fixture
def owner(clinic):
    """The owner of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "owner", "Olive Owner"))


@pytest.fixture
def officer(clinic):
    """The compliance officer of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "compliance_officer", "Cora Officer"))


@pytest.fixture
def marketer(clinic):
    """A marketer of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "marketer", "Mara Marketer"))


@pytest.fixture
def operator():
    """An operator of the platform, member of no workspace, signed in."""
    return browser_of(make_user("Olga Operator", is_operator=True))
