"""Addresses that get no mail, and the way back."""

import pytest

from audit.models import AuditEvent
from compliance import listings, queries
from compliance import services as compliance
from compliance.errors import NotSuppressible
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from tenancy.scope import tenant_scope


def suppress(address, actor, reason=SuppressionReason.BOUNCED):
    return compliance.suppress(address, reason=reason, source="delivery", actor=actor)


def test_finds_the_address_in_any_spelling(clinic, nurse):
    suppress(" Ada@Example.com ", nurse)
    assert queries.suppression_of("ada@example.COM").address == "Ada@Example.com"
    indexes = [queries.address_index("ada@example.com"), queries.address_index("b@example.com")]
    assert queries.suppressed(indexes) == {indexes[0]: SuppressionReason.BOUNCED}


def test_repeating_it_keeps_the_first_reason_and_one_event(clinic, nurse):
    first = suppress("ada@example.com", nurse)
    again = suppress("ADA@example.com", nurse, reason=SuppressionReason.COMPLAINED)
    assert (again.pk, again.reason) == (first.pk, "bounced")
    assert AuditEvent.objects.filter(action="suppression.added").count() == 1


def test_does_not_reach_another_workspace(clinic, other_clinic, nurse):
    suppress("ada@example.com", nurse)
    with tenant_scope(other_clinic.id):
        assert queries.suppression_of("ada@example.com") is None


@pytest.mark.parametrize("text", ["", "ada", "a@b@example.com", "ada@example.com, b@example.com"])
def test_refuses_what_is_no_address(clinic, nurse, text):
    with pytest.raises(NotSuppressible, match="Enter one email address"):
        suppress(text, nurse)
    assert Suppression.objects.count() == 0


def test_lifting_it_says_why(clinic, nurse):
    compliance.unsuppress(suppress("ada@example.com", nurse), why="She called.", actor=nurse)
    assert queries.suppression_of("ada@example.com") is None
    event = AuditEvent.objects.get(action="suppression.removed")
    assert event.detail == {"was": "bounced", "why": "She called."}


def test_the_list_goes_on_after_a_full_page(clinic, nurse):
    for number in range(listings.PAGE_SIZE + 2):
        suppress(f"p{number}@example.com", nurse)
    first, cursor = listings.suppression_page("", None)
    second, end = listings.suppression_page("", cursor)
    addresses = [row.address for row in first + second]
    assert addresses == [f"p{number}@example.com" for number in reversed(range(52))]
    assert (len(first), len(second), end) == (50, 2, None)
