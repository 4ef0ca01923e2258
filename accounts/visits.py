"""What a browser's session says about who is there, from the password to the workspace."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse

from accounts import browsers, delays, factor_demands, queries, totp
from accounts.factor_rules import PROOFS, Factor
from accounts.http import address_of, is_signed_in, is_supporting, session_of
from accounts.models import User
from accounts.services import allow_list, devices, sign_in, support
from accounts.sessions import BROWSER, NETWORK, ROLE, TENANT, USER, SessionStore
from accounts.step_up import mark_fresh
from accounts.ways_back import page_of_ours
from audit.services import Actor
from tenancy import source
from tenancy.models import Tenant
from tenancy.scope import tenant_scope

Home = Callable[[HttpRequest], HttpResponseBase]

# Whose password was right, while the second factor is outstanding.
HALF_SIGNED_IN = "half_signed_in"
# The factor that was right, though the workspace asks for another kind, to be set up now.
PROVEN = "proven"
FACTOR = "factor"
CHALLENGE = "passkey_challenge"
SEED = "new_seed"
NEXT = "next"
INVITATION = "invitation"
HAS_OTHERS = "has_other_workspaces"


def begin(request: HttpRequest, user: User) -> None:
    """The password was right. The key changes, so that one planted before is worth nothing."""
    restart(request)
    request.session[HALF_SIGNED_IN] = str(user.id)
    remember_wanted(request)


def proof_of(session: SessionStore) -> str:
    """How the person signed in, for the audit log; empty for a session from before that was kept."""
    factor = session.get(FACTOR)
    return PROOFS[Factor(factor)] if factor else ""


def remember_wanted(request: HttpRequest) -> None:
    """Where the person was going, if that is a page of ours."""
    if wanted := page_of_ours(request.GET.get(NEXT, "")):
        request.session[NEXT] = wanted


def restart(request: HttpRequest) -> None:
    """An empty session under a new key; an invitation being followed is carried along."""
    invitation = request.session.get(INVITATION)
    request.session.flush()
    if invitation:
        request.session[INVITATION] = invitation


def half_signed_in(request: HttpRequest) -> User | None:
    user_id = request.session.get(HALF_SIGNED_IN)
    return User.objects.get(pk=user_id) if user_id else None


def next_step_url(user: User) -> str:
    is_enrolled = queries.has_second_factor(user)
    return reverse("accounts:second_factor" if is_enrolled else "accounts:enroll")


def seed_being_enrolled(request: HttpRequest) -> bytes:
    """The seed that the page shows, the same until it is confirmed."""
    if SEED not in request.session:
        request.session[SEED] = totp.new_seed().hex()
    return bytes.fromhex(request.session[SEED])


def may_enroll(request: HttpRequest, user: User) -> bool:
    """A password alone sets up a first factor and never a further one."""
    return PROVEN in request.session or not queries.has_second_factor(user)


def keep_challenge(request: HttpRequest, challenge: bytes) -> None:
    request.session[CHALLENGE] = challenge.hex()


def challenge_of(request: HttpRequest) -> bytes:
    """What this browser was asked; nothing if it was not asked, or has answered."""
    return bytes.fromhex(request.session.pop(CHALLENGE, ""))


def pass_factor(request: HttpRequest, user: User, factor: Factor) -> str:
    """A factor is proven: in, or first to a passkey if a workspace asks for one. Returns where to go."""
    if factor != Factor.PASSKEY and factor_demands.needs_passkey(user):
        request.session[PROVEN] = factor.value
        return reverse("accounts:enroll")
    return complete(request, user, factor)


def complete(request: HttpRequest, user: User, factor: Factor) -> str:
    """Both factors are proven: the session becomes the person's. Returns where to go."""
    wanted = request.session.get(NEXT)
    source.add(auth=PROOFS[factor])
    workspaces = sign_in.finish(user, factor)
    SessionStore.clear_expired()
    if devices.make_room(user):
        messages.info(request, "You were signed in five times. The oldest one is signed out.")
    restart(request)
    rotate_token(request)
    request.session[USER] = str(user.id)
    request.session[NETWORK] = delays.address_group(address_of(request))
    request.session[BROWSER] = browsers.described(request.headers.get("User-Agent", ""))
    request.session[FACTOR] = factor.value
    mark_fresh(request)
    if user.is_operator:
        return wanted or landing_url(request, user)
    request.session[HAS_OTHERS] = len(workspaces) > 1
    return (
        wanted if enter_first(request, user, workspaces) and wanted else landing_url(request, user)
    )


def enter_first(request: HttpRequest, user: User, workspaces: list[Tenant]) -> bool:
    """Enter the first workspace that lets somebody in from where they are."""
    for workspace in workspaces:
        try:
            enter(request, user, workspace)
        except allow_list.NotFromHere as error:
            messages.error(request, str(error))
        else:
            return True
    return False


def enter(request: HttpRequest, user: User, tenant: Tenant) -> None:
    """Work in `tenant` from the next request on. Raises NoLongerMember and NotFromHere."""
    allow_list.require(tenant, user, address=address_of(request))
    sign_in.enter(user, tenant)
    if TENANT in request.session:
        session_of(request).rotate()
        request.session.pop(ROLE, None)
    request.session[TENANT] = str(tenant.id)


def enter_as_support(request: HttpRequest, actor: Actor, tenant_id: UUID) -> None:
    """Look at a workspace through its window, from the next request on. Raises NotLetIn."""
    with tenant_scope(tenant_id):
        support.enter(actor=actor)
    request.session[TENANT] = str(tenant_id)
    session_of(request).rotate()


def landing_url(request: HttpRequest, user: User) -> str:
    if user.is_operator:
        return reverse("operator:workspaces")
    return reverse("home" if TENANT in request.session else "accounts:workspaces")


def operators_start_at_theirs(home: Home) -> Home:
    """For the home page of a workspace: an operator, who is in none, is led to the workspaces."""

    @wraps(home)
    def led(request: HttpRequest) -> HttpResponseBase:
        if is_signed_in(request) and request.user.is_operator and not is_supporting(request):
            return redirect(landing_url(request, request.user))
        return home(request)

    return led
