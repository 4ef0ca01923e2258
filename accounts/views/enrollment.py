"""The first authenticator app and the ten recovery codes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import totp, visits
from accounts.forms import CodeForm
from accounts.http import SignedInRequest
from accounts.permissions import public, requires
from accounts.services import factors
from accounts.services import sign_in as services
from accounts.views.sign_in import page
from tenancy.errors import DomainError


@public("everybody sets up a second factor before the first sign-in")
@require_http_methods(["GET", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user is None:
        return redirect("accounts:sign_in")
    seed = visits.seed_being_enrolled(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = factors.enroll(user, seed, form.cleaned_data["code"])
        except factors.AlreadyEnrolled:
            return redirect("accounts:second_factor")
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return recovery_codes_page(request, codes, visits.complete(request, user))
    path, side = totp.qr_path(totp.provisioning_uri(seed, user.email))
    context = {"qr_path": path, "qr_side": side, "seed": totp.as_text(seed)}
    return page(request, "accounts/enroll.html", form, **context)


@requires("account.own", step_up=True)
@require_http_methods(["GET", "POST"])
def new_recovery_codes(request: SignedInRequest) -> HttpResponse:
    """Ten new ones, after a code from the app: whoever found the screen unlocked has none."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = factors.renew_recovery_codes(request.user, form.cleaned_data["code"])
        except services.StartAgain:
            request.session.flush()
            return redirect("accounts:sign_in")
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return recovery_codes_page(request, codes, visits.landing_url(request, request.user))
    return page(request, "accounts/new_recovery_codes.html", form)


def recovery_codes_page(request: HttpRequest, codes: list[str], next_url: str) -> HttpResponse:
    context = {"codes": codes, "next_url": next_url, "all_codes": "\n".join(codes)}
    return render(request, "accounts/recovery_codes.html", context)
