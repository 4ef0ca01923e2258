"""Emergency access: taking it, giving it back, signing it off."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.models import EmergencyAccess
from accounts.permissions import may, requires
from accounts.services import emergencies as services
from accounts.views.sign_in import page
from tenancy.errors import DomainError

LISTED = 50


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label="What the emergency is",
        max_length=1000,
        help_text="Owners and compliance officers get a mail now, and read this.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    minutes = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=[(15, "15 minutes"), (30, "30 minutes"), (60, "60 minutes")],
    )


@requires("users.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    return _page(request, EmergencyForm())


@requires("emergency.take", step_up=True)
@require_POST
def take(request: SignedInRequest) -> HttpResponse:
    form = EmergencyForm(request.POST)
    if form.is_valid():
        try:
            services.take(**form.cleaned_data, by=request.membership, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "You see data of patients until the time is over.")
            return redirect("emergencies:list")
    return _page(request, form)


@requires("emergency.take")
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    services.end(request.actor.id, actor=request.actor)
    messages.success(request, "You have given the access back.")
    return redirect("emergencies:list")


@requires("emergency.review", step_up=True)
@require_POST
def review(request: SignedInRequest, access_id: UUID) -> HttpResponse:
    access = get_object_or_404(EmergencyAccess, pk=access_id)
    try:
        services.review(access.pk, finding=request.POST.get("finding", ""), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Signed off.")
    return redirect("emergencies:list")


def _page(request: SignedInRequest, form: forms.Form) -> HttpResponse:
    accesses = EmergencyAccess.objects.order_by("-began_at")[:LISTED]
    return page(
        request,
        "accounts/emergencies.html",
        form,
        accesses=accesses,
        may_take=may(request, "emergency.take") and request.emergency_until is None,
        may_review=may(request, "emergency.review"),
    )
