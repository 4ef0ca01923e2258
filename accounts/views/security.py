"""Settings → Security: which factors each role uses, how long a session lasts, who has set up what."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import queries, sign_in_settings
from accounts.factor_rules import passkey_only
from accounts.forms import SignInRulesForm
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.services import protection
from accounts.setting_history import changes
from accounts.sign_in_settings import SIGN_IN
from accounts.step_up import StepUpNeeded, must_confirm
from accounts.views.sign_in import page
from tenancy.errors import DomainError

SHOWN = 10


@requires("users.view")
@require_http_methods(["GET", "POST"])
def security(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change(request)
    return _page(request, None)


@requires("users.edit")
def _change(request: SignedInRequest) -> HttpResponse:
    form = SignInRulesForm(request.POST)
    if form.is_valid():
        if _is_looser(form) and must_confirm(request):
            raise StepUpNeeded
        reason = form.cleaned_data["reason"]
        try:
            holds = protection.change(SIGN_IN, form.decisions(), reason=reason, actor=request.actor)
        except DomainError as error:
            form.add_error("reason", str(error))
        else:
            words = (
                "It holds from the next sign-in." if holds else "A second person is asked first."
            )
            messages.success(request, words)
            return redirect("security:rules")
    return _page(request, form)


def _is_looser(form: SignInRulesForm) -> bool:
    return bool(SIGN_IN.looser(queries.security_settings(), form.decisions()))


def _page(request: SignedInRequest, sent: SignInRulesForm | None) -> HttpResponse:
    settings = queries.security_settings()
    people = queries.people()
    form = sent or SignInRulesForm.showing(settings)
    form.say_who_has_one(
        Counter(it.membership.role for it in people),
        Counter(it.membership.role for it in people if it.held.passkeys),
    )
    may_edit = may(request, "users.edit")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "passkey_only": passkey_only(settings),
        "people": people,
        "history": changes(sign_in_settings.GROUPS, shown=SHOWN),
        "may_edit": may_edit,
        "networks": settings.ip_allow_list,
        "waiting": queries.waiting_request(SIGN_IN.kind),
    }
    return page(request, "accounts/security.html", form, **context)
