"""Your account → How you sign in: passkeys, the authenticator app, recovery codes."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import factor_queries, visits
from accounts.forms import CodeForm, PasskeyForm
from accounts.http import SignedInRequest
from accounts.models import Passkey
from accounts.permissions import requires
from accounts.services import factors as services
from accounts.views.enrollment import app_to_scan, recovery_codes_page
from accounts.views.sign_in import page
from tenancy.errors import DomainError
from tenancy.scope import platform_scope


@requires("account.own")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    with platform_scope():
        found = factor_queries.factors_of(request.user)
    return render(request, "accounts/factors.html", {"factors": found})


@requires("account.own", step_up=True)
@require_http_methods(["GET", "POST"])
def new_passkey(request: SignedInRequest) -> HttpResponse:
    form = PasskeyForm(request.POST or None)
    if form.is_valid():
        challenge = visits.challenge_of(request)
        given = form.cleaned_data
        try:
            services.enroll_passkey(request.user, given["answer"], challenge, name=given["name"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The passkey is set up. Use it at your next sign-in.")
            return redirect("accounts:factors")
    return page(request, "accounts/new_passkey.html", form)


@requires("account.own", step_up=True)
@require_POST
def remove_passkey(request: SignedInRequest, passkey_id: UUID) -> HttpResponse:
    with platform_scope():
        passkey = Passkey.objects.filter(user=request.user, pk=passkey_id).first()
    if passkey is None:
        raise Http404
    try:
        services.remove_passkey(request.user, passkey)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The passkey is removed. It opens nothing any more.")
    return redirect("accounts:factors")


@requires("account.own", step_up=True)
@require_http_methods(["GET", "POST"])
def new_app(request: SignedInRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        seed = visits.seed_being_enrolled(request)
        try:
            services.enroll_app(request.user, seed, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            del request.session[visits.SEED]
            messages.success(request, "The app is set up. The one before, if any, works no longer.")
            return redirect("accounts:factors")
    return page(request, "accounts/new_app.html", form, **app_to_scan(request, request.user))


@requires("account.own", step_up=True)
@require_POST
def remove_app(request: SignedInRequest) -> HttpResponse:
    try:
        services.remove_app(request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The app is removed. Its codes work no longer.")
    return redirect("accounts:factors")


@requires("account.own", step_up=True)
@require_http_methods(["GET", "POST"])
def new_codes(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        codes = services.replace_recovery_codes(request.user)
        return recovery_codes_page(request, codes, reverse("accounts:factors"))
    return render(request, "accounts/new_recovery_codes.html")
