"""Passkeys in the portal: the question for the browser, its answer, and taking them back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.passkeys import PasskeyRefused
from accounts.permissions import public
from contacts import services as contacts
from delivery.escrow import passkeys
from delivery.escrow.answers import Locked
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowVisit
from delivery.portal.http import visit_page
from delivery.portal.links import token_of
from delivery.portal.views import FOR_PATIENTS


@public(FOR_PATIENTS)
@require_POST
@visit_page
def options(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    return HttpResponse(passkeys.ask(visit), content_type="application/json")


@public(FOR_PATIENTS)
@require_POST
@visit_page
def use(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        passkeys.use(visit, request.POST.get("answer", ""))
    except Locked:
        return _to("check", visit)  # which says so
    except PasskeyRefused:
        return HttpResponseRedirect(f"{_address('check', visit)}?said=passkey_refused")
    return _to("message", visit)


@public(FOR_PATIENTS)
@require_POST
@visit_page
def set_up(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """Its page goes on showing the message, so that it is told in JSON."""
    try:
        passkeys.set_up(visit, request.POST.get("answer", ""))
    except (PasskeyRefused, VisitEnded):
        return JsonResponse({"kept": False}, status=422)
    return JsonResponse({"kept": True})


@public(FOR_PATIENTS)
@require_POST
@visit_page
def remove(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    if visit.checked_at is None:
        return _to("check", visit)
    contact = visit.item.contact
    passkeys.remove_all(contact, actor=contacts.patient(contact.pk))
    return _to("message", visit)


def _to(page: str, visit: EscrowVisit) -> HttpResponse:
    return HttpResponseRedirect(_address(page, visit))


def _address(page: str, visit: EscrowVisit) -> str:
    return reverse(f"portal:{page}", args=[token_of(visit.item_id)])
