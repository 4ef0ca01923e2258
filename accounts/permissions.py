"""Who may do what: one table, and the two decorators that a view declares itself with.

The table follows the separation of duties: who writes a campaign does not approve it, who manages
people sees no PHI, an auditor changes nothing. An owner may also do a marketer's work, because the
owner of a one-person workspace is everybody; approval stays apart from authorship all the same.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import queries
from accounts.http import (
    SignedInRequest,
    ask_to_sign_in,
    is_signed_in,
    is_supporting,
    role_of,
)
from accounts.roles import Role
from accounts.step_up import StepUpNeeded, must_confirm
from audit import services as audit

O, A, M, N, C, U = (  # noqa: E741 - columns of the table below
    Role.OWNER,
    Role.ADMIN,
    Role.MARKETER,
    Role.ANALYST,
    Role.COMPLIANCE_OFFICER,
    Role.AUDITOR,
)
EVERYONE = frozenset(Role)
# Platform operators are members of no workspace; they see the list of workspaces and nothing inside.
OPERATORS: frozenset[Role] = frozenset()

PERMISSIONS: dict[str, frozenset[Role]] = {
    "account.own": EVERYONE,
    "contacts.view": frozenset({O, A, M, C, U}),
    "contacts.reveal": frozenset({O, M, C}),
    "contacts.reveal_special": frozenset({O, C}),
    "contacts.edit": frozenset({O, M}),
    "contacts.import": frozenset({O, M}),
    "contacts.export": frozenset({O, M, C}),
    "contacts.export_allow": frozenset({O, C}),
    "contacts.erase": frozenset({O, C}),
    "segments.view": EVERYONE,
    "segments.edit": frozenset({O, M}),
    "templates.view": EVERYONE,
    "templates.edit": frozenset({O, M}),
    "campaigns.view": EVERYONE,
    "campaigns.edit": frozenset({O, M}),
    "campaigns.submit": frozenset({O, M}),
    "campaigns.approve": frozenset({C}),
    "campaigns.send": frozenset({O, M}),
    "campaigns.stop": frozenset({O, A, M, C}),
    "reports.view": EVERYONE,
    "reports.people": frozenset({O, M, C}),
    "undelivered.settle": frozenset({O, M, C}),
    "domains.view": frozenset({O, A, M, C, U}),
    "domains.edit": frozenset({O, A}),
    "policy.view": frozenset({O, A, C, U}),
    "policy.edit": frozenset({O, C}),
    "suppressions.view": frozenset({O, A, M, C, U}),
    "suppressions.edit": frozenset({O, M, C}),
    "baa.view": frozenset({O, A, C, U}),
    "baa.sign": frozenset({O}),
    "audit.view": frozenset({O, C, U}),
    "audit.edit": frozenset({O, C}),
    "audit.review": frozenset({O, C, U}),
    "audit.evidence": frozenset({O, C, U}),
    "alerts.view": frozenset({O, C, U}),
    "alerts.answer": frozenset({O, C}),
    "users.view": frozenset({O, A, C, U}),
    "users.edit": frozenset({O, A}),
    "emergency.take": frozenset({O, A}),
    "emergency.review": frozenset({O, C}),
    "support.open": frozenset({O, A}),
    "api_keys.view": frozenset({O, A, C, U}),
    "api_keys.edit": frozenset({O, A}),
    "api_keys.allow_phi": frozenset({C}),
    "keys.view": frozenset({O, A, C, U}),
    "keys.edit": frozenset({O, A}),
    "settings.view": EVERYONE,
    "ending.view": frozenset({O, A, C, U}),
    "ending.ask": frozenset({O}),
    "ending.allow": frozenset({O, C}),
    "operator.tenants": OPERATORS,
}
FOR_OPERATORS = frozenset({"operator.tenants", "account.own"})
# What support may look at through a window that a workspace opened: masked, and nothing to change.
FOR_SUPPORT = frozenset(
    {
        "contacts.view",
        "segments.view",
        "templates.view",
        "campaigns.view",
        "reports.view",
        "domains.view",
        "policy.view",
        "suppressions.view",
    }
)
# What emergency access adds to a role: sight of PHI, and no act besides.
FOR_EMERGENCIES = frozenset(
    {"contacts.view", "contacts.reveal", "contacts.reveal_special", "reports.people"}
)
# What a frozen workspace does not do any more: let anything in, out, or change what it holds. Looking,
# taking along, holding, erasing and closing go on until its data is destroyed.
NOT_WHILE_ENDING = frozenset(
    {
        "contacts.edit",
        "contacts.import",
        "segments.edit",
        "templates.edit",
        "campaigns.edit",
        "campaigns.submit",
        "campaigns.approve",
        "campaigns.send",
        "domains.edit",
        "baa.sign",
        "support.open",
        "api_keys.edit",
        "api_keys.allow_phi",
        "keys.edit",
    }
)
FROZEN = (
    "This workspace is ending. Nothing is sent, imported or changed in it any more; you can look, and"
    " take your data along."
)
# Somebody who was invited nowhere, or not any more, still owns the account.
FOR_NEWCOMERS = frozenset({"account.own"})

Parameters = ParamSpec("Parameters")
Response = TypeVar("Response", bound=HttpResponseBase)
Wanted = Callable[Concatenate[SignedInRequest, Parameters], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def role_may(role: str, permission: str) -> bool:
    return role in PERMISSIONS[permission]


def may(request: HttpRequest, permission: str) -> bool:
    """Whether the person behind `request` may do this here and now."""
    if not is_signed_in(request):
        return False
    if request.user.is_operator:
        return permission in (
            FOR_OPERATORS | FOR_SUPPORT if is_supporting(request) else FOR_OPERATORS
        )
    role = role_of(request)
    if role is None:
        return permission in FOR_NEWCOMERS
    if is_frozen(request, permission):
        return False
    return role_may(role, permission) or (
        permission in FOR_EMERGENCIES and request.emergency_until is not None
    )


def is_frozen(request: SignedInRequest, permission: str) -> bool:
    """Whether the workspace is ending, and `permission` ended with that for every role."""
    return permission in NOT_WHILE_ENDING and request.tenant.is_ending


def requires(
    permission: str, *, step_up: bool = False
) -> Callable[[Wanted[Parameters]], View[Parameters]]:
    """The view is for people who are signed in with both factors and may do `permission`.

    A refusal is written to the audit log, and its page says who may. With `step_up`, they must have
    proven who they are within 15 minutes, or are asked to before the view goes on.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission} is not in the table of permissions")

    def decorate(view: Wanted[Parameters]) -> View[Parameters]:
        def guarded(
            request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            if not is_signed_in(request):
                return ask_to_sign_in(request)
            if not may(request, permission):
                raise PermissionDenied(_refusal(request, permission))
            if step_up and must_confirm(request):
                raise StepUpNeeded
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        guarded.access = permission  # type: ignore[attr-defined]
        guarded.step_up = step_up  # type: ignore[attr-defined]
        return guarded

    return decorate


def _refusal(request: SignedInRequest, permission: str) -> str:
    """What to tell somebody who may not; the audit log hears of it."""
    membership = getattr(request, "membership", None)
    frozen = membership is not None and is_frozen(request, permission)
    reason = "workspace ending" if frozen else "role"
    audit.record_denial(permission, actor=request.actor, reason=reason)
    return FROZEN if frozen else who_may(permission)


def public(why: str) -> Callable[[View[Parameters]], View[Parameters]]:
    """The view answers anybody, because of `why`."""

    def decorate(view: View[Parameters]) -> View[Parameters]:
        view.access = f"public: {why}"  # type: ignore[attr-defined]
        return view

    return decorate


def who_may(permission: str) -> str:
    """A sentence for the person who may not: which roles may, and who has them."""
    roles = PERMISSIONS[permission]
    if not roles:
        return "Only the operators of the platform may do this."
    names = queries.names_with_roles(roles)
    titles = [f"{Role(role).label.lower()}s" for role in Role if role in roles]
    sentence = f"In this workspace, {_listed(titles, 'and')} may do this."
    return f"{sentence} Ask {_listed(names, 'or')}." if names else sentence


def _listed(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
