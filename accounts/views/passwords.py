"""Forgot it? A link by mail, then a new password, then the second factor as always."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries
from accounts.forms import ForgottenForm, NewPasswordForm
from accounts.http import address_of
from accounts.permissions import public
from accounts.services import passwords, users
from accounts.views.sign_in import page
from tenancy.errors import DomainError
from tenancy.scope import platform_scope

TOKEN = "password_reset"  # noqa: S105


@public("who forgot the password cannot sign in")
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        try:
            with platform_scope():
                passwords.ask_for_link(form.cleaned_data["email"], address=address_of(request))
        except DomainError as error:
            form.add_error("email", str(error))
        else:
            return render(request, "accounts/reset_sent.html")
    return page(request, "accounts/forgotten.html", form)


@public("who forgot the password cannot sign in")
@require_GET
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the token out of the address, where it would stay in histories and logs."""
    request.session[TOKEN] = token
    return redirect("accounts:reset")


@public("who forgot the password cannot sign in")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    with platform_scope():
        try:
            user = passwords.user_of(request.session.get(TOKEN, ""))
        except passwords.ResetInvalid as error:
            context = {"reason": str(error)}
            return render(request, "accounts/reset_invalid.html", context, status=410)
    form = NewPasswordForm(request.POST or None, user=user, words=queries.workspace_names(user))
    if not form.is_valid():
        return page(request, "accounts/reset.html", form)
    users.change_password(user, form.cleaned_data["password"])
    request.session.flush()
    return redirect("accounts:sign_in")
