"""Sender domains and their senders."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit.services import SYSTEM
from compliance import listings
from compliance import services as compliance
from compliance.domain_records import KEYS
from compliance.forms import DomainForm, SenderForm
from compliance.models import Sender, SenderDomain
from compliance.services import dkim_keys
from tenancy import clock
from tenancy.errors import DomainError


@requires("domains.view")
@require_GET
def domains(request: SignedInRequest) -> HttpResponse:
    context = {
        "domains": listings.domain_rows(),
        "may_edit": may(request, "domains.edit"),
    }
    return render(request, "compliance/domains.html", context)


@requires("domains.edit")
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    form = DomainForm(request.POST or None)
    if form.is_valid():
        try:
            added = compliance.add_domain(form.cleaned_data["domain"], actor=request.actor)
        except DomainError as error:
            form.add_error("domain", str(error))
        else:
            return redirect("domains:detail", added.id)
    status = 422 if form.errors else 200
    return render(request, "compliance/add_domain.html", {"form": form}, status=status)


@requires("domains.view")
@require_GET
def domain(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(SenderDomain, pk=domain_id), SenderForm())


@requires("domains.edit")
@require_POST
def check(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    """Ask the DNS now; an editor's page does so by itself while a record is missing."""
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    look_up: compliance.LookUp = import_string(settings.COMPLIANCE_DNS)
    actor = SYSTEM if request.headers.get("X-Background") else request.actor
    shown = compliance.check_domain(shown, look_up, actor=actor)
    if request.headers.get("HX-Request"):
        context = {**_records(shown), "may_edit": True}
        return render(request, "compliance/_records.html", context)
    return redirect("domains:detail", shown.id)


@requires("domains.edit")
@require_POST
def remove(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    try:
        compliance.remove_domain(shown, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("domains:detail", domain_id)
    messages.success(request, f"{shown.domain} is removed. Its keys are destroyed.")
    return redirect("domains:list")


@requires("domains.edit", step_up=True)
@require_POST
def replace_keys(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    """Make the next keys; the present ones sign until the records of those are seen."""
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    try:
        dkim_keys.replace(shown, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "New keys are made. They sign once their records are seen.")
    return redirect("domains:detail", domain_id)


@requires("domains.edit")
@require_POST
def discard_keys(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    try:
        dkim_keys.discard_next(shown, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The new keys are discarded. Nothing else has changed.")
    return redirect("domains:detail", domain_id)


@requires("domains.edit")
@require_POST
def add_sender(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    form = SenderForm(request.POST)
    if form.is_valid():
        try:
            compliance.add_sender(shown, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error("local_part", str(error))
        else:
            return redirect("domains:detail", shown.id)
    return _page(request, shown, form)


@requires("domains.edit")
@require_POST
def take_replies(request: SignedInRequest, sender_id: UUID) -> HttpResponse:
    sender = get_object_or_404(Sender.objects.select_related("domain"), pk=sender_id)
    takes = request.POST.get("takes") == "1"
    compliance.take_replies(sender, takes=takes, actor=request.actor)
    where = "under Reports, Replies" if takes else f"to {sender.address}"
    messages.success(request, f"Answers to new mail of {sender.address} come {where}.")
    return redirect("domains:detail", sender.domain_id)


@requires("domains.edit")
@require_POST
def remove_sender(request: SignedInRequest, sender_id: UUID) -> HttpResponse:
    sender = get_object_or_404(Sender.objects.select_related("domain"), pk=sender_id)
    compliance.remove_sender(sender, actor=request.actor)
    messages.success(request, f"{sender.address} is removed.")
    return redirect("domains:detail", sender.domain_id)


def _page(request: SignedInRequest, shown: SenderDomain, form: SenderForm) -> HttpResponse:
    context = {
        **_records(shown),
        "senders": shown.senders.order_by("local_part"),
        "keys": shown.keys.filter(retired_at=None).order_by("signs_since", "algorithm"),
        "former_keys": listings.former_keys(shown),
        "may_discard": shown.keys.filter(retired_at=None, signs_since=None).exists()
        and shown.keys.filter(retired_at=None, signs_since__isnull=False).exists(),
        "form": form,
        "may_edit": may(request, "domains.edit"),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/domain.html", context, status=status)


def _records(shown: SenderDomain) -> dict[str, object]:
    rows = listings.record_rows(shown)
    return {
        "domain": shown,
        "records": rows,
        "to_fix": sum(row.is_to_fix for row in rows),
        "awaits": any(not row.is_found and row.record.kind in KEYS for row in rows),
        "may_send": shown.may_send(clock.now()),
    }
