"""What a browser asks for before it turns to a passkey, and the sign-in with one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import visits
from accounts.factor_rules import Factor
from accounts.forms import CodeForm, SignInForm
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.passkeys import PasskeyRefused
from accounts.permissions import public, requires
from accounts.services import passkeys
from accounts.services import sign_in as services
from accounts.services.passkeys import Purpose
from accounts.views.sign_in import code_page, page
from audit import services as audit
from tenancy.scope import platform_scope

LONGEST_NAME = 60


@public("the question that a passkey answers at sign-in")
@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    return question(request, Purpose.SIGN_IN, visits.half_signed_in(request))


@public("the way in with a passkey, after the password or instead of it")
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    expected = visits.half_signed_in(request)
    challenge = visits.challenge_of(request)
    answer = request.POST.get("answer", "")
    try:
        user = passkeys.check(expected, answer, challenge, Purpose.SIGN_IN)
    except PasskeyRefused as error:
        actor = services.actor_for(expected) if expected else request.actor  # type: ignore[attr-defined]
        audit.record_denial(services.STARTED, actor=actor, reason="passkey", on=expected)
        form = CodeForm({}) if expected else SignInForm({})
        form.errors.clear()
        form.add_error(None, str(error))
        if expected:
            return code_page(request, expected, form)
        return page(request, "accounts/sign_in.html", form)
    visits.remember_wanted(request)
    return redirect(visits.complete(request, user, Factor.PASSKEY))


@requires("account.own")
@require_POST
def confirm_options(request: SignedInRequest) -> HttpResponse:
    with platform_scope():
        return question(request, Purpose.CONFIRM, request.user)


@requires("account.own")
@require_POST
def new_options(request: SignedInRequest) -> HttpResponse:
    with platform_scope():
        return question(request, Purpose.REGISTER, request.user)


@public("everybody sets up a second factor before the first sign-in")
@require_POST
def first_options(request: HttpRequest) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user is None or not visits.may_enroll(request, user):
        return HttpResponse(status=403)
    return question(request, Purpose.REGISTER, user)


def question(request: HttpRequest, purpose: Purpose, user: User | None) -> HttpResponse:
    """The options as the browser's script wants them; the challenge stays in the session as well."""
    challenge, options = passkeys.ask(purpose, user)
    visits.keep_challenge(request, challenge)
    return HttpResponse(options, content_type="application/json")
