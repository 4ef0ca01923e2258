"""A person chooses a passphrase of their own; with script the words stay in the browser."""

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import public
from delivery.escrow import choosing, passphrases
from delivery.escrow.passphrases import PassphraseRefused
from delivery.models import EscrowVisit
from delivery.portal import http
from delivery.portal.http import visit_page, words_of
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
