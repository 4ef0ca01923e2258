"""Password, then the second factor, then the workspace."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factor_demands, factor_queries, queries, visits
from accounts.factor_rules import Factor
from accounts.forms import CodeForm, RecoveryCodeForm, SignInForm
from accounts.http import SignedInRequest, address_of, is_signed_in
from accounts.models import User
from accounts.permissions import public, requires
from accounts.services import sign_in as services
from audit import services as audit
from tenancy.errors import DomainError
from tenancy.keyring import KeyUnavailable
from tenancy.scope import platform_scope


@public("the way in")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if is_signed_in(request):
        return redirect(visits.landing_url(request, request.user))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.check_password(**form.cleaned_data, address=address_of(request))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            visits.begin(request, user)
            return redirect(visits.next_step_url(user))
    return page(request, "accounts/sign_in.html", form)


@public("the second half of the way in")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user and queries.has_second_factor(user) and not factor_demands.may_use_app(user):
        return code_page(request, user, CodeForm())
    return ask_for_code(request, CodeForm, services.check_code, Factor.APP)


@public("the way in without the phone")
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    return ask_for_code(request, RecoveryCodeForm, services.check_recovery_code, Factor.RECOVERY)


@requires("account.own")
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    try:
        audit.record("session.ended", actor=request.actor, on=request.user)
    except (
        KeyUnavailable
    ):  # nothing can be written in that workspace; leaving it is always possible
        with platform_scope():
            audit.record("session.ended", actor=request.actor, on=request.user)
    request.session.flush()
    response = redirect("accounts:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def ask_for_code(
    request: HttpRequest,
    form_class: type[forms.Form],
    check: Callable[[User, str], None],
    factor: Factor,
) -> HttpResponse:
    user = visits.half_signed_in(request)
    if user is None:
        return redirect("accounts:sign_in")
    if not queries.has_second_factor(user):
        return redirect("accounts:enroll")
    form = form_class(request.POST or None)
    if form.is_valid():
        try:
            services.prove(user, form.cleaned_data["code"], check)
        except services.StartAgain:
            request.session.flush()
            return redirect("accounts:sign_in")
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return redirect(visits.pass_factor(request, user, factor))
    if factor == Factor.RECOVERY:
        return page(request, "accounts/recovery.html", form)
    return code_page(request, user, form)


def code_page(request: HttpRequest, user: User, form: forms.Form) -> HttpResponse:
    """The factors that the person has, the passkey first."""
    offers = {
        "has_passkey": factor_queries.has_passkey(user),
        "has_app": factor_demands.may_use_app(user),
    }
    return page(request, "accounts/second_factor.html", form, **offers)


def page(request: HttpRequest, template: str, form: forms.Form, **more: object) -> HttpResponse:
    """A page around a form; 422 if what was sent was not accepted."""
    context = {"form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
