"""Settings → Security: which factors each role uses, how long a session lasts, who has set up what."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import queries, rule_history
from accounts.factor_rules import rules_in
from accounts.forms import SignInRulesForm
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.services import sign_in_rules
from accounts.views.sign_in import page
from tenancy.errors import DomainError


@requires("users.view")
@require_http_methods(["GET", "POST"])
def security(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change(request)
    return _page(request, None)


@requires("users.edit", step_up=True)
def _change(request: SignedInRequest) -> HttpResponse:
    form = SignInRulesForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            holds = sign_in_rules.change(form.rules(), reason=reason, actor=request.actor)
        except DomainError as error:
            form.add_error("reason", str(error))
        else:
            words = (
                "It holds from the next sign-in." if holds else "A second person is asked first."
            )
            messages.success(request, words)
            return redirect("security:rules")
    return _page(request, form)


def _page(request: SignedInRequest, sent: SignInRulesForm | None) -> HttpResponse:
    rules = rules_in(queries.security_settings())
    people = queries.people()
    form = sent or SignInRulesForm.showing(rules)
    form.say_who_has_one(
        Counter(it.membership.role for it in people),
        Counter(it.membership.role for it in people if it.held.passkeys),
    )
    may_edit = may(request, "users.edit")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "rules": rules,
        "people": people,
        "history": rule_history.changes(),
        "may_edit": may_edit,
        "networks": queries.security_settings().ip_allow_list,
    }
    return page(request, "accounts/security.html", form, **context)
