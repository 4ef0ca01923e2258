"""Who may do what here and now, without a page around it: every kind of person against every permission."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts import step_up
from accounts.models import Membership, User
from accounts.permissions import (
    FOR_EMERGENCIES,
    FROZEN,
    PERMISSIONS,
    may,
    public,
    requires,
    role_may,
    who_may,
)
from accounts.roles import PURPOSES, Role
from audit.models import AuditEvent
from audit.services import Actor
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import PLATFORM_TENANT_ID
from tests.accounts.signing_in import make_member

LOOKS = {
    "contacts.view", "segments.view", "templates.view", "campaigns.view", "reports.view", "domains.view",
    "policy.view", "suppressions.view",
}  # fmt: skip
SIGHT = {"contacts.view", "contacts.reveal", "contacts.reveal_special", "reports.people"}
FROZEN_ACTS = {
    "contacts.edit", "contacts.import", "segments.edit", "templates.edit", "campaigns.edit",
    "campaigns.submit", "campaigns.approve", "campaigns.send", "domains.edit", "baa.sign",
    "support.open", "api_keys.edit", "api_keys.allow_phi", "keys.edit",
}  # fmt: skip


def request_of(role=None, *, status="active", **known):
    """The request of somebody signed in; with `role`, in a workspace."""
    request = HttpRequest()
    request.method = "GET"
    request.user = User(is_operator=False)
    request.actor = Actor(kind="user", id="7", name="Nora Nurse")
    request.session = {step_up.AUTHENTICATED_AT: clock.now().isoformat()}
    request.emergency_until = request.support_until = None
    if role:
        request.tenant = Tenant(status=status)
        request.membership = Membership(role=role, tenant_id=PLATFORM_TENANT_ID)
    for name, value in known.items():
        setattr(request, name, value)
    return request


def allowed(request):
    return {permission for permission in PERMISSIONS if may(request, permission)}


def test_nobody_may_do_anything_before_signing_in():
    assert allowed(HttpRequest()) == allowed(request_of(user=AnonymousUser())) == set()


@pytest.mark.parametrize("role", Role)
def test_a_member_may_what_the_role_may(role):
    assert allowed(request_of(role)) == {name for name in PERMISSIONS if role_may(role, name)}


def test_whoever_belongs_to_no_workspace_has_an_account_and_nothing_else():
    assert allowed(request_of()) == {"account.own"}


def test_an_operator_looks_inside_while_a_window_is_open():
    otto = User(is_operator=True)
    assert allowed(request_of(user=otto)) == {"account.own", "operator.tenants"}
    inside = request_of(user=otto, support_until=clock.now())
    assert allowed(inside) == LOOKS | {"account.own", "operator.tenants"}
    assert "contacts.view" not in allowed(request_of(support_until=clock.now()))


@pytest.mark.parametrize("role", Role)
def test_an_emergency_adds_sight_of_people_and_nothing_else(role):
    assert allowed(request_of(role, emergency_until=clock.now())) == (
        allowed(request_of(role)) | SIGHT
    )
    assert SIGHT == FOR_EMERGENCIES


@pytest.mark.parametrize("role", Role)
def test_a_workspace_that_ends_loses_what_changes_or_sends(role):
    ending = request_of(role, status="ending")
    assert allowed(ending) == allowed(request_of(role)) - FROZEN_ACTS
    assert allowed(request_of(role, status="ending", emergency_until=clock.now())) == (
        allowed(ending) | SIGHT
    )


def view(request, number, *, word="none"):
    """Says what it was given."""
    return HttpResponse(f"{number} {word}")


def test_a_view_answers_who_may_with_what_it_was_asked_for():
    guarded = requires("contacts.view")(view)
    assert guarded(request_of("admin"), 7, word="x").content == b"7 x"
    assert (guarded.access, guarded.step_up) == ("contacts.view", False)
    assert (guarded.__name__, guarded.__doc__) == ("view", "Says what it was given.")
    assert requires("contacts.view", step_up=True)(view).step_up is True


def test_a_view_sends_strangers_to_sign_in(clinic):
    answer = requires("contacts.view")(view)(request_of(user=AnonymousUser()), 7)
    assert (answer.status_code, answer.url) == (302, "/login/?next=")
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (request_of("analyst"), "role"),
        (request_of("analyst", status="ending"), "workspace ending"),
        (request_of(), "role"),
    ],
    ids=["role", "ending", "newcomer"],
)
def test_a_refusal_is_recorded_with_its_reason(clinic, request_, reason):
    with pytest.raises(PermissionDenied) as refused:
        requires("contacts.edit")(view)(request_, 7)
    told = str(refused.value)
    assert told == (FROZEN if reason == "workspace ending" else who_may("contacts.edit"))
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.facts["reason"]) == (
        "contacts.edit",
        "denied",
        reason,
    )
    assert event.actor_id == "7"


def test_an_old_proof_is_asked_for_again_where_that_is_declared(clinic):
    old = {step_up.AUTHENTICATED_AT: (clock.now() - timedelta(minutes=16)).isoformat()}
    stale = request_of("admin", session=old)
    assert requires("contacts.view")(view)(stale, 7).content == b"7 none"
    sensitive = requires("contacts.view", step_up=True)(view)
    assert sensitive(request_of("admin"), 7).content == b"7 none"
    with pytest.raises(step_up.StepUpNeeded):
        sensitive(stale, 7)
    with pytest.raises(PermissionDenied):
        requires("contacts.reveal", step_up=True)(view)(stale, 7)


def test_a_public_view_says_why():
    assert public("anybody may read it")(view) is view
    assert view.access == "public: anybody may read it"


def test_says_which_roles_may_and_who_has_them(clinic):
    one, two = "In this workspace, owners may do this.", "owners and administrators may do this."
    assert who_may("baa.sign") == one
    make_member(clinic, "owner", "Olive Owner")
    assert who_may("baa.sign") == f"{one} Ask Olive Owner."
    make_member(clinic, "admin", "Ann Admin")
    assert who_may("users.edit") == f"In this workspace, {two} Ask Ann Admin or Olive Owner."
    make_member(clinic, "admin", "Ben Admin")
    assert who_may("users.edit").endswith(" Ask Ann Admin, Ben Admin or Olive Owner.")
    assert who_may("operator.tenants") == "Only the operators of the platform may do this."


def test_roles_are_called_and_explained():
    assert Role.choices == [
        ("owner", "Owner"),
        ("admin", "Administrator"),
        ("marketer", "Marketer"),
        ("analyst", "Analyst"),
        ("compliance_officer", "Compliance officer"),
        ("auditor", "Auditor"),
    ]
    assert list(PURPOSES) == list(Role)
    assert [text.split()[0] for text in PURPOSES.values()] == [
        "Signs", "Manages", "Imports", "Sees", "Approves", "Looks",
    ]  # fmt: skip
    assert all(text.endswith(".") for text in PURPOSES.values())
