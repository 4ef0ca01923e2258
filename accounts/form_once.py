"""A form that comes twice acts once, and every answer can be come back to. Below all views.

Each form carries a value of its own. The first POST with it is done; a page that it is answered with
is kept, sealed, and reached by a GET, so that Back and Reload send nothing again (ADR 47). What scripts
send is left alone: they await their answers themselves.
"""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import resolve

from accounts.errors import error_page
from accounts.http import is_signed_in
from accounts.permissions import PERMISSIONS, may
from accounts.services import form_answers
from accounts.services.form_answers import Page
from tenancy.keyring import KeyUnavailable

Next = Callable[[HttpRequest], HttpResponseBase]
FIELD = "form_once"
ANSWER = "answer"
SHOWN_ONCE = "X-Shown-Once"
PLAIN_FORM = "application/x-www-form-urlencoded"
# As long as a person waits for the first answer of a form that they sent twice.
PATIENCE = 10.0
LOOK_EVERY = 0.1


def shown_once(response: HttpResponse) -> HttpResponse:
    """Marks a page with a secret that is stored nowhere: whoever comes back does not see it again."""
    response[SHOWN_ONCE] = "1"
    return response


class FormOnceMiddleware:
    """After the person and their workspace are known, as it keeps what belongs to them."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wanted = _take_out(request)
        request.form_answer = wanted  # type: ignore[attr-defined]
        request.form_claim = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        claim: tuple[UUID, UUID] | None = request.form_claim  # type: ignore[attr-defined]
        if claim is not None:
            response = _kept(request, response, *claim)
        if wanted is not None and response.status_code == 405:
            return HttpResponseRedirect(_page_above(request))
        del response[SHOWN_ONCE]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> HttpResponseBase | None:
        session = getattr(request.session, "row_id", None)
        if not is_signed_in(request) or session is None:
            return None
        if request.method == "GET" and request.form_answer is not None:  # type: ignore[attr-defined]
            return _come_back(request, view, session)
        token = _token_of(request)
        if token is None:
            return None
        if form_answers.claim(session, token):
            request.form_claim = (session, token)  # type: ignore[attr-defined]
            return None
        return _again(request, session, token)


def _take_out(request: HttpRequest) -> UUID | None:
    """The answer that the address names; the view does not see it."""
    query = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    named = [value for name, value in query if name == ANSWER]
    if not named or not _is_token(named[-1]):
        return None
    request.META["QUERY_STRING"] = urlencode([it for it in query if it[0] != ANSWER])
    request.__dict__.pop("GET", None)
    return UUID(named[-1])


def _token_of(request: HttpRequest) -> UUID | None:
    """The form's own value, if a person sent it from a page. A file is read by its own view."""
    if request.method != "POST" or request.content_type != PLAIN_FORM:
        return None
    said = request.POST.get(FIELD, "")
    if FIELD in request.POST:
        sent = request.POST.copy()
        del sent[FIELD]
        request.POST = sent  # type: ignore[assignment]
    by_script = (
        "HX-Request" in request.headers
        or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    )
    return UUID(said) if _is_token(said) and not by_script else None


def _is_token(text: str) -> bool:
    return len(text) == 36 and text.replace("-", "").isalnum() and _reads(text)


def _reads(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _come_back(
    request: HttpRequest, view: Callable[..., HttpResponseBase], session: UUID
) -> HttpResponse | None:
    """The page that was kept, for whoever still has the right to it; else the view's own."""
    access = str(getattr(view, "access", ""))
    if access in PERMISSIONS and not may(request, access):
        return None
    kept = form_answers.page_of(session, request.form_answer)  # type: ignore[attr-defined]
    return HttpResponse(kept.content, status=kept.status) if kept else None


def _again(request: HttpRequest, session: UUID, token: UUID) -> HttpResponseBase:
    """Where the first answer leads, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if location := form_answers.location_of(session, token):
            return HttpResponseRedirect(location)
        time.sleep(LOOK_EVERY)
    return error_page(request, 409, "")


def _kept(
    request: HttpRequest, response: HttpResponseBase, session: UUID, token: UUID
) -> HttpResponseBase:
    is_page = isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith(
        "text/html"
    )
    try:
        if "Location" in response:
            form_answers.lead_on(session, token, response["Location"])
            return response
        if not is_page or response.status_code >= 500:
            form_answers.release(session, token)
            return response
        return _led_to_itself(request, response, session, token)  # type: ignore[arg-type]
    except KeyUnavailable:
        form_answers.release(session, token)
        return response


def _led_to_itself(
    request: HttpRequest, response: HttpResponse, session: UUID, token: UUID
) -> HttpResponse:
    """The same address by GET, which shows what the view has just written."""
    query = [*parse_qsl(request.META.get("QUERY_STRING", "")), (ANSWER, str(token))]
    location = f"{request.path}?{urlencode(query)}"
    page = Page(response.content, response.status_code, is_shown_once=SHOWN_ONCE in response)
    until = getattr(request, "shows_until", None)
    form_answers.keep_page(session, token, location, page=page, until=until)
    led = HttpResponseRedirect(location, status=303)
    led.cookies = response.cookies
    return led


def _page_above(request: HttpRequest) -> str:
    """What the form was about, when its answer is not kept any more and its address takes forms only."""
    path = request.path
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        try:
            resolve(path, urlconf=request.urlconf)
        except Http404:
            continue
        return path
    return path
