"""Nobody both authors and approves, and administrators see no PHI: over the whole table."""

from itertools import combinations

import pytest

from accounts import data_classes
from accounts.api_keys import Scope
from accounts.permissions import PERMISSIONS, role_may
from accounts.roles import Role
from accounts.services import users
from audit.services import SYSTEM
from tests.accounts.signing_in import browser_of, make_user

WRITES = ("campaigns.edit", "campaigns.submit", "templates.edit")
SEES = ("contacts.reveal", "contacts.reveal_special", "contacts.export", "contacts.import",
        "contacts.edit", "reports.people")  # fmt: skip
ASKS_AND_ALLOWS = (("api_keys.edit", "api_keys.allow_phi"),)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("writes", WRITES)
def test_no_role_writes_and_approves(role, writes):
    assert not (role_may(role, writes) and role_may(role, "campaigns.approve"))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("asks", "allows"), ASKS_AND_ALLOWS)
def test_no_role_makes_a_key_and_allows_it_phi(role, asks, allows):
    assert not (role_may(role, asks) and role_may(role, allows))


@pytest.mark.parametrize("permission", SEES)
def test_administrators_and_auditors_and_analysts_see_no_phi(permission):
    assert data_classes.PERMISSIONS[permission] != "none"
    for role in (Role.ADMIN, Role.AUDITOR, Role.ANALYST):
        assert not role_may(role, permission)


@pytest.mark.parametrize(("one", "other"), combinations(Role, 2))
def test_a_membership_elsewhere_adds_no_right_here(clinic, other_clinic, one, other):
    """Somebody has one role here and another there: each request knows only the one of its workspace."""
    person = make_user("Pat Both")
    users.add_member(person, one, tenant=clinic, actor=SYSTEM)
    users.add_member(person, other, tenant=other_clinic, actor=SYSTEM)
    browser = browser_of(person)
    for path, permission in (
        ("/exports/new/", "contacts.export"),
        ("/campaigns/new/", "campaigns.edit"),
    ):
        expected = role_may(one, permission)
        assert (browser.get(path).status_code != 403) == expected


@pytest.mark.parametrize("scope", Scope)
def test_no_key_approves_manages_or_sends_by_itself(scope):
    """A key may send one message of an approved campaign; no scope is one of the rights of people."""
    assert scope.value not in PERMISSIONS
    assert not scope.value.startswith(("campaigns.", "users.", "api_keys.", "policy.", "audit."))
