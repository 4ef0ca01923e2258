"""The first second factor, between the password and the first page: a passkey, or an app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factor_demands, totp, visits
from accounts.factor_rules import Factor
from accounts.form_once import shown_once
from accounts.forms import CodeForm
from accounts.models import User
from accounts.permissions import public
from accounts.services import factors
from accounts.views.sign_in import page
from tenancy.errors import DomainError

NAME_OF_FIRST_PASSKEY = "First passkey"


@public("everybody sets up a second factor before the first sign-in")
@require_http_methods(["GET", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user is None:
        return redirect("accounts:sign_in")
    if not visits.may_enroll(request, user):
        return redirect("accounts:second_factor")
    must_be_passkey = factor_demands.needs_passkey(user)
    form = CodeForm(None if must_be_passkey else request.POST or None)
    if form.is_valid():
        seed = visits.seed_being_enrolled(request)
        try:
            factors.enroll_app(user, seed, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return _enter(request, user, Factor.APP)
    return _page(request, user, form)


@public("everybody sets up a second factor before the first sign-in")
@require_POST
def enroll_passkey(request: HttpRequest) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user is None:
        return redirect("accounts:sign_in")
    if not visits.may_enroll(request, user):
        return redirect("accounts:second_factor")
    challenge = visits.challenge_of(request)
    answer = request.POST.get("answer", "")
    try:
        factors.enroll_passkey(user, answer, challenge, name=NAME_OF_FIRST_PASSKEY)
    except DomainError as error:
        form = CodeForm()
        return _page(request, user, form, trouble=str(error))
    return _enter(request, user, Factor.PASSKEY)


def _enter(request: HttpRequest, user: User, factor: Factor) -> HttpResponse:
    codes = factors.first_recovery_codes(user)
    next_url = visits.complete(request, user, factor)
    return recovery_codes_page(request, codes, next_url) if codes else redirect(next_url)


def _page(request: HttpRequest, user: User, form: CodeForm, *, trouble: str = "") -> HttpResponse:
    context = {
        **app_to_scan(request, user),
        "trouble": trouble,
        "must_be_passkey": factor_demands.needs_passkey(user),
    }
    response = page(request, "accounts/enroll.html", form, **context)
    if trouble:
        response.status_code = 422
    return response


def app_to_scan(request: HttpRequest, user: User) -> dict[str, object]:
    """The QR code of a new seed, the same until it is confirmed."""
    seed = visits.seed_being_enrolled(request)
    path, side = totp.qr_path(totp.provisioning_uri(seed, user.email))
    return {"qr_path": path, "qr_side": side, "seed": totp.as_text(seed)}


def recovery_codes_page(request: HttpRequest, codes: list[str], next_url: str) -> HttpResponse:
    context = {"codes": codes, "next_url": next_url, "all_codes": "\n".join(codes)}
    return shown_once(render(request, "accounts/recovery_codes.html", context))
