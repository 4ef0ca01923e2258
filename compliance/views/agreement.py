"""Reading and signing the business associate agreement."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest, address_of
from accounts.permissions import may, requires
from compliance import queries
from compliance import services as compliance
from compliance.agreement_text import CURRENT_VERSION, clauses, fingerprint
from compliance.forms import USUAL_PURPOSES, PurposesForm, ReasonForm, SignForm
from compliance.models import Agreement
from tenancy.errors import DomainError


@requires("baa.view")
@require_GET
def agreement(request: SignedInRequest) -> HttpResponseBase:
    """The agreement that counts now: in force, waiting, or on offer."""
    current = queries.waiting_agreement() or queries.agreement_in_force()
    if current is None:
        return redirect("compliance:sign")
    return show(request, current.id)


@requires("baa.view")
@require_GET
def show(request: SignedInRequest, agreement_id: UUID) -> HttpResponse:
    """One agreement as it was signed."""
    shown = get_object_or_404(Agreement, pk=agreement_id)
    context = {
        "shown": shown,
        "clauses": clauses(shown.text),
        "others": Agreement.objects.exclude(pk=shown.pk).order_by("-signed_at"),
        "may_sign": may(request, "baa.sign"),
        "form": ReasonForm(),
    }
    return render(request, "compliance/agreement.html", context)


@requires("baa.view")
@require_http_methods(["GET", "POST"])
def sign(request: SignedInRequest) -> HttpResponseBase:
    """The text on offer for the chosen purposes and, for who may bind the tenant, its signature."""
    if request.method == "POST":
        return _accept_signature(request)
    chosen = PurposesForm(request.GET or {"purposes": USUAL_PURPOSES})
    purposes = chosen.cleaned_data["purposes"] if chosen.is_valid() else USUAL_PURPOSES
    text = queries.text_on_offer(purposes)
    initial = {
        "purposes": purposes,
        "text_hash": fingerprint(text),
        "name": request.user.name,
    }
    return _offer(request, chosen, SignForm(initial=initial), text)


@requires("baa.sign", step_up=True)
def _accept_signature(request: SignedInRequest) -> HttpResponse:
    form = SignForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        signature = compliance.Signature(
            given["name"], given["title"], address_of(request), request.actor
        )
        try:
            compliance.sign_agreement(
                signature, permitted_purposes=given["purposes"], text_hash=given["text_hash"]
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "You signed. Sealpost countersigns next.")
            return redirect("compliance:agreement")
    purposes = request.POST.getlist("purposes")
    text = queries.text_on_offer(purposes)
    return _offer(request, PurposesForm({"purposes": purposes}), form, text)


def _offer(
    request: SignedInRequest, chosen: PurposesForm, form: SignForm, text: str
) -> HttpResponse:
    context = {
        "chosen": chosen,
        "form": form,
        "clauses": clauses(text),
        "version": CURRENT_VERSION,
        "may_sign": may(request, "baa.sign"),
        "waiting": queries.waiting_agreement(),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/sign.html", context, status=status)


@requires("baa.sign", step_up=True)
@require_POST
def end(request: SignedInRequest, agreement_id: UUID) -> HttpResponse:
    """End the agreement; from then on nothing is sent."""
    shown = get_object_or_404(Agreement, pk=agreement_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why the agreement ends. It is still in force.")
        return redirect("compliance:agreement")
    try:
        compliance.end_agreement(shown, reason=form.cleaned_data["reason"], actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The agreement has ended. Nothing is sent from now on.")
    return redirect("compliance:agreement")
