"""Addresses that get no mail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from compliance import listings, suppression_lists
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.forms import ReasonForm, SuppressionForm, SuppressionListForm
from compliance.models import Suppression
from tenancy.errors import DomainError

SHOWN_BAD_LINES = 100


@requires("suppressions.view")
@require_http_methods(["GET", "POST"])
def suppressions(request: SignedInRequest) -> HttpResponse:
    """The list; a POST looks one address up, because an address in a URL would be logged."""
    sought = request.POST.get("sought", "")
    rows, older = listings.suppression_page(sought, cursor_of(request))
    context = {
        "suppressions": rows,
        "older": older,
        "sought": sought,
        "form": ReasonForm(),
        "may_edit": may(request, "suppressions.edit"),
    }
    return render(request, "compliance/suppressions.html", context)


@requires("suppressions.edit")
@require_http_methods(["GET", "POST"])
def suppress(request: SignedInRequest) -> HttpResponse:
    form = SuppressionForm(request.POST or None)
    if form.is_valid():
        try:
            compliance.suppress(
                form.cleaned_data["address"],
                reason=SuppressionReason(form.cleaned_data["reason"]),
                source=Suppression.Source.STAFF,
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, "The address gets no mail from now on.")
            return redirect("compliance:suppressions")
    status = 422 if form.errors else 200
    return render(request, "compliance/suppress.html", {"form": form}, status=status)


@requires("suppressions.edit")
@require_http_methods(["GET", "POST"])
def suppress_many(request: SignedInRequest) -> HttpResponse:
    """Good lines are stored together, and the page says which lines hold no address."""
    form = SuppressionListForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "compliance/suppress_many.html", {"form": form}, status=status)
    found = suppression_lists.read(form.cleaned_data["addresses"])
    reason = SuppressionReason(form.cleaned_data["reason"])
    added = compliance.suppress_many(found.addresses, reason=reason, actor=request.actor)
    context = {
        "added": added,
        "known": len(found.addresses) - added,
        "bad": found.bad[:SHOWN_BAD_LINES],
        "bad_lines": len(found.bad),
    }
    return render(request, "compliance/suppressed_many.html", context)


@requires("suppressions.edit")
@require_POST
def unsuppress(request: SignedInRequest, suppression_id: UUID) -> HttpResponse:
    suppression = get_object_or_404(Suppression, pk=suppression_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why mail may go there again. The address stays suppressed.")
        return redirect("compliance:suppressions")
    compliance.unsuppress(suppression, why=form.cleaned_data["reason"], actor=request.actor)
    messages.success(request, "Mail may go to the address again, as far as consent allows.")
    return redirect("compliance:suppressions")
