"""The portal's pages. A GET changes nothing: scanners open links too, and some run scripts."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import address_of
from accounts.permissions import public
from delivery.escrow import answers, keys, passkeys, reading, visits
from delivery.escrow.answers import CodeSpent, CodeUnderWay, Locked, TooManyCodes, WrongAnswer
from delivery.escrow.texts import TextsUsedUp, TextUnderWay
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowVisit
from delivery.portal import framing, pace, pages
from delivery.portal.forms import AnswersForm
from delivery.portal.http import (
    VISIT_COOKIE,
    item_page,
    network_of,
    notice,
    refused,
    set_cookie,
    visit_page,
    words_of,
)
from delivery.portal.links import token_of

JSON = "application/json"
SAID_OF_FORMS = (
    "reply_sent",
    "reply_not_taken",
    "files_not_taken",
    "passphrase_kept",
    "passphrase_ended",
)
PROBLEMS_SAID = ("too_many_codes", "passkey_refused", "phone_wait", "phone_used_up")
FOR_PATIENTS = "patients have no account: the link, a code and a fact open a message"


@public(FOR_PATIENTS)
@require_GET
def root(request: HttpRequest) -> HttpResponse:
    """For whoever comes without a link: there is nothing to list, as nobody is known here."""
    return notice(request, words_of(request), "root")


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@item_page
def gate(request: HttpRequest, item_id: UUID) -> HttpResponse:
    if request.method == "GET":
        visits.note_fetched(item_id)
        context = {"words": words_of(request), "item_id": item_id}
        return render(request, "delivery/portal/gate.html", context)
    network = network_of(request)
    try:
        shown, kept = _proof(request, item_id), request.COOKIES.get(VISIT_COOKIE, "")
        visit, cookie = visits.prove(item_id, shown, network=network, cookie=kept)
    except NotOpened:
        pace.count_miss(address_of(request))
        return refused(request)
    if cookie != kept and not passkeys.of_visit(visit) and not answers.questions(visit).by_phone:
        with suppress(Locked, TooManyCodes):  # the next page says so
            answers.send_code(visit)
    step = "check" if visit.checked_at is None else "message"
    response = HttpResponseRedirect(reverse(f"portal:{step}", args=[token_of(visit.item_id)]))
    set_cookie(response, VISIT_COOKIE, cookie)
    return response


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def check(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    words = words_of(request, visit)
    said = request.GET.get("said", "") if request.method == "GET" else ""
    problem = words[said] if said in PROBLEMS_SAID else ""
    try:
        answers.refuse_if_locked(visit.item)
        if request.method == "POST":
            answers.answer(visit, **AnswersForm(request.POST).answers(visit.item))
            return HttpResponseRedirect(reverse("portal:message", args=[token_of(visit.item_id)]))
    except Locked:
        return notice(request, words, "locked", status=403)
    except CodeSpent:
        problem = words["code_spent"]
    except CodeUnderWay:
        problem = words["code_under_way"]
    except WrongAnswer as error:
        problem = words["wrong"].format(tries=error.tries_left)
    context = pages.check(visit, words) | {"problem": problem}
    if not context["questions"] and not context["has_passkey"]:
        is_spent = answers.is_birth_date_spent(visit.item)
        return notice(request, words, "date_spent" if is_spent else "no_facts")
    if problem and request.get_preferred_type(["text/html", JSON]) == JSON:
        return JsonResponse({"problem": problem}, status=422)
    context["notice"] = words["code_sent"] if said == "code_sent" else ""
    status = 422 if request.method == "POST" else 200
    return render(request, "delivery/portal/check.html", context, status=status)


@public(FOR_PATIENTS)
@require_POST
@visit_page
def code(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """Back to the page that asks for it, by a redirect: Back in the browser sends no other one."""
    try:
        # What becomes of a text is told beside the field for its code.
        said = "" if answers.send_code(visit).by_phone else "code_sent"
    except Locked:
        said = ""  # the page itself says so
    except TooManyCodes:
        said = "too_many_codes"
    except TextUnderWay:
        said = "phone_wait"
    except TextsUsedUp:
        said = "phone_used_up"
    page = reverse("portal:check", args=[token_of(visit.item_id)])
    return HttpResponseRedirect(f"{page}?said={said}" if said else page)


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def not_me(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    words = words_of(request, visit)
    if request.method == "POST":
        try:
            reading.report_wrong_person(visit)
        except VisitEnded:
            return notice(request, words, "left", status=403)
        return notice(request, words, "not_me_done")
    context = {"words": words, "token": token_of(visit.item_id)}
    return render(request, "delivery/portal/not_me.html", context)


@public(FOR_PATIENTS)
@require_GET
@visit_page
def message(request: HttpRequest, visit: EscrowVisit) -> HttpResponseBase:
    if visit.checked_at is None:
        return HttpResponseRedirect(reverse("portal:check", args=[token_of(visit.item_id)]))
    words = words_of(request, visit)
    said = request.GET.get("said", "")
    notice_of_form = words[said] if said in SAID_OF_FORMS else ""
    return framing.page_around(request, pages.message(visit, words) | {"notice": notice_of_form})


@public(FOR_PATIENTS)
@require_GET
@visit_page
def sealed(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        return JsonResponse(reading.sealed_message(visit))
    except VisitEnded:
        return HttpResponse(status=403)


@public("an empty page, into which the portal's own page writes an opened message")
@xframe_options_sameorigin
@require_GET
@visit_page
def frame(request: HttpRequest, _visit: EscrowVisit) -> HttpResponseBase:
    return framing.empty_page(request)


@public(FOR_PATIENTS)
@require_POST
@visit_page
def receipt(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        reading.confirm_read(visit, request.POST.get("receipt", ""))
    except (NotOpened, VisitEnded):
        return HttpResponse(status=403)
    return HttpResponse(status=204)


@public(FOR_PATIENTS)
@require_POST
@visit_page
def printed(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        reading.note_print(visit)
    except VisitEnded:
        return HttpResponse(status=403)
    return HttpResponse(status=204)


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def plain(request: HttpRequest, visit: EscrowVisit) -> HttpResponseBase:
    """A GET comes from the links to the other language: the key has to be typed anew."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("portal:message", args=[token_of(visit.item_id)]))
    words = words_of(request, visit)
    context = pages.message(visit, words)
    try:
        typed = (request.POST.get(name, "") for name in ("access_key", "passphrase"))
        opened = reading.open_as_text(visit, *typed)
    except VisitEnded:
        return HttpResponseRedirect(reverse("portal:check", args=[token_of(visit.item_id)]))
    except NotOpened:
        context["problem"] = words["not_opened"]
        return framing.page_around(request, context)
    context |= {"subject": opened.subject, "text": opened.text, "files": opened.files}
    return render(request, "delivery/portal/plain.html", context)


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def leave(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """A GET comes from the links to the other language, when the visit is over."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("portal:message", args=[token_of(visit.item_id)]))
    words = words_of(request, visit)
    visits.leave(visit)
    response = notice(request, words, "left")
    response.delete_cookie(VISIT_COOKIE)
    return response


def _proof(request: HttpRequest, item_id: UUID) -> bytes:
    """What the browser proved, or, without script, what its typed key proves. Raises NotOpened."""
    if pace.is_too_fast(address_of(request)):
        raise NotOpened("Too many wrong links came from this network.")
    try:
        if access_key := request.POST.get("access_key", ""):
            return keys.proof(keys.read_link_key(access_key), item_id)
        return bytes.fromhex(request.POST.get("proof", ""))
    except (keys.WrongKey, ValueError):
        raise NotOpened("This is no key.") from None
