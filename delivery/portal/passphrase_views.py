"""A person chooses a passphrase of their own, and ends it; with script the words stay in the browser."""

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import public
from delivery.escrow import choosing, passphrases
from delivery.escrow.answers import Locked
from delivery.escrow.choosing import PassphraseNotShown
from delivery.escrow.passphrases import PassphraseRefused
from delivery.models import EscrowVisit, PortalPassphrase
from delivery.portal import http
from delivery.portal.http import notice, visit_page, words_of
from delivery.portal.links import token_of
from delivery.portal.views import FOR_PATIENTS


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def choose(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    message = reverse("portal:message", args=[token_of(visit.item_id)])
    if not choosing.may_choose(visit):
        return HttpResponseRedirect(message)
    if request.method == "POST":
        try:
            _keep(request, visit)
        except (PassphraseRefused, ValueError):
            return _page(request, visit, is_refused=True)
        return HttpResponseRedirect(f"{message}?said=passphrase_kept")
    return _page(request, visit)


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def end(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    message = reverse("portal:message", args=[token_of(visit.item_id)])
    words, chosen = words_of(request, visit), choosing.chosen_by_person(visit)
    if chosen is None:
        return HttpResponseRedirect(message)
    if request.method == "POST":
        try:
            _end(request, visit)
        except Locked:
            return notice(request, words, "locked", status=403)
        except PassphraseNotShown:
            return _ending_page(request, visit, chosen, is_refused=True)
        return HttpResponseRedirect(f"{message}?said=passphrase_ended")
    return _ending_page(request, visit, chosen)


def _end(request: HttpRequest, visit: EscrowVisit) -> None:
    """Raises Locked or PassphraseNotShown. What is no number proves nothing."""
    if typed := request.POST.get("passphrase", "")[: 2 * passphrases.LONGEST]:
        choosing.end_by_typed(visit, typed)
        return
    try:
        shown = bytes.fromhex(request.POST.get("passphrase_proof", ""))
    except ValueError:
        shown = b""
    choosing.end(visit, shown=shown)


def _ending_page(
    request: HttpRequest, visit: EscrowVisit, chosen: PortalPassphrase, *, is_refused: bool = False
) -> HttpResponse:
    words = words_of(request, visit)
    context = {
        "words": words,
        "token": token_of(visit.item_id),
        "clinic": http.clinic(),
        "item_id": visit.item_id,
        "salt": bytes(chosen.salt).hex(),
        "is_asked": not choosing.is_known_by_passkey(visit, chosen),
        "problem": words["end_refused"] if is_refused else "",
    }
    status = 422 if is_refused else 200
    return render(request, "delivery/portal/end_passphrase.html", context, status=status)


def _keep(request: HttpRequest, visit: EscrowVisit) -> None:
    """Raises PassphraseRefused, or ValueError for what is no number."""
    if stretched := request.POST.get("stretched", ""):
        salt = bytes.fromhex(request.POST.get("salt", ""))
        choosing.choose(visit, salt=salt, stretched=bytes.fromhex(stretched))
    else:
        choosing.choose_typed(visit, request.POST.get("passphrase", ""))


def _page(request: HttpRequest, visit: EscrowVisit, *, is_refused: bool = False) -> HttpResponse:
    words = words_of(request, visit)
    context = {
        "words": words,
        "token": token_of(visit.item_id),
        "clinic": http.clinic(),
        "salt": secrets.token_bytes(passphrases.SALT_SIZE).hex(),
        "shortest": passphrases.SHORTEST,
        "longest": passphrases.LONGEST,
        "problem": words["choose_refused"] if is_refused else "",
    }
    return render(
        request, "delivery/portal/choose.html", context, status=422 if is_refused else 200
    )
