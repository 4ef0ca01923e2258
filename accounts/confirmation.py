"""Asks for a factor again in place of what was wanted, then goes on with exactly that.

The page that asks sends what was typed along with the code, to the same address: nothing is kept on
the server meanwhile, and nothing is lost.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts import display, factor_demands, factor_queries, visits
from accounts.errors import error_page
from accounts.forms import CodeForm
from accounts.http import SignedInRequest, is_signed_in
from accounts.services import confirming
from accounts.services.sign_in import StartAgain
from accounts.sessions import SessionStore
from accounts.step_up import PREFIX, WANTED_METHOD, StepUpNeeded, mark_fresh
from audit import services as audit
from tenancy.errors import DomainError
from tenancy.scope import platform_scope

PASSKEY = f"{PREFIX}-passkey"
COOLING = (
    "Two people reset how you sign in. What is sensitive stays closed to you for a day after that, until"
    " {until}. Somebody else can do it meanwhile."
)
NOT_CARRIED = ("csrfmiddlewaretoken", WANTED_METHOD)


class ConfirmationMiddleware:
    """Puts the question that a view raised as StepUpNeeded; after the right answer the view goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, StepUpNeeded) or not is_signed_in(request):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(_confirm_url(request))
        if until := request.user.cools_until:
            return _not_yet(request, until)
        if wanted := request.POST.get(WANTED_METHOD):
            return _answer(request, wanted)
        return _question(request, CodeForm(prefix=PREFIX), str(request.method))


def _not_yet(request: SignedInRequest, until: datetime) -> HttpResponse:
    """No factor opens this: those that there are were set up after a reset, less than a day ago."""
    audit.record_denial(confirming.ACTION, actor=request.actor, reason="factors were reset")
    moment = display.to_the_minute(until, timezone.get_current_timezone())
    return error_page(request, 403, COOLING.format(until=moment))


def _answer(request: SignedInRequest, wanted: str) -> HttpResponseBase:
    answer = request.POST.get(PASSKEY, "")
    form = CodeForm(None if answer else request.POST, prefix=PREFIX)
    if not answer and not form.is_valid():
        return _question(request, form, wanted)
    try:
        if answer:
            challenge = visits.challenge_of(request)
            confirming.confirm_with_passkey(request.user, answer, challenge, actor=request.actor)
        else:
            confirming.confirm(request.user, form.cleaned_data["code"], actor=request.actor)
    except StartAgain:
        request.session.flush()
        return redirect("accounts:sign_in")
    except DomainError as error:
        return _question(request, form, wanted, trouble=str(error))
    if isinstance(request.session, SessionStore):
        request.session.rotate()
    mark_fresh(request)
    return _go_on(request, wanted)


def _go_on(request: SignedInRequest, wanted: str) -> HttpResponseBase:
    """The view again, which had done nothing yet, with what was sent to it."""
    match = request.resolver_match
    if wanted != "POST" or match is None:
        return HttpResponseRedirect(request.get_full_path())
    request.POST = _carried(request.POST)  # type: ignore[assignment]
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response


def _question(
    request: SignedInRequest, form: CodeForm, wanted: str, *, trouble: str = ""
) -> HttpResponse:
    with platform_scope():
        has_passkey = factor_queries.has_passkey(request.user)
    context = {
        "has_passkey": has_passkey,
        "has_app": factor_demands.may_use_app(request.user),
        "trouble": trouble,
        "passkey_field": PASSKEY,
        "form": form,
        "wanted": wanted,
        "wanted_field": WANTED_METHOD,
        "carried": [(name, it) for name, all_ in _carried(request.POST).lists() for it in all_],
    }
    status = 422 if form.errors or trouble else 403
    return render(request, "accounts/step_up.html", context, status=status)


def _carried(sent: QueryDict) -> QueryDict:
    """What was meant for the view: everything but the token and the answer to our question."""
    carried = sent.copy()
    for name in list(carried):
        if name in NOT_CARRIED or name.startswith(f"{PREFIX}-"):
            del carried[name]
    return carried


def _confirm_url(request: HttpRequest) -> str:
    """A page of its own for a fragment, which leads back to the page that the fragment is part of."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{page.path}?{page.query}" if page.query else page.path
    return f"{reverse('accounts:confirm')}?{urlencode({'next': back or '/'})}"
