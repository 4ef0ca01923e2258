"""Settings → Retention → Legal holds."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from compliance import holding
from compliance.models import LegalHold
from compliance.services import holds as services
from tenancy.errors import DomainError

PAGES = {"contact": "contacts:detail", "campaign": "campaigns:detail"}


class HoldForm(forms.Form):
    subject = forms.ChoiceField(choices=LegalHold.Subject.choices)
    subject_id = forms.UUIDField(required=False)
    reason = forms.CharField(required=False)

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        is_everything = cleaned.get("subject") == LegalHold.Subject.WORKSPACE
        if is_everything != (cleaned.get("subject_id") is None):
            raise forms.ValidationError("Say what must stay.")
        return cleaned


@requires("policy.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    context = {
        "holds": [(hold, _url(hold)) for hold in holding.in_force()],
        "released": holding.released()[:50],
        "has_workspace_hold": holding.held().everything,
        "may_edit": may(request, "policy.edit"),
    }
    return render(request, "compliance/retention/holds.html", context)


@requires("policy.edit", step_up=True)
@require_POST
def place(request: SignedInRequest) -> HttpResponse:
    form = HoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say what must stay.")
        return redirect("retention:holds")
    given = form.cleaned_data
    try:
        hold = services.place(
            LegalHold.Subject(given["subject"]),
            subject_id=given["subject_id"],
            reason=given["reason"],
            actor=request.actor,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("retention:holds")
    messages.success(request, "The hold is in force. Nothing that it is about is removed.")
    return redirect(_url(hold) or "retention:holds")


@requires("policy.edit", step_up=True)
@require_POST
def release(request: SignedInRequest, hold_id: UUID) -> HttpResponse:
    """Ask a second person to let it go."""
    hold = get_object_or_404(LegalHold, pk=hold_id)
    reason = request.POST.get("reason", "")
    try:
        services.ask_release(hold, reason=reason, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "A second person is asked first. Until then the hold stays.")
    return redirect("retention:holds")


def _url(hold: LegalHold) -> str:
    page = PAGES.get(hold.subject)
    return reverse(page, args=[hold.subject_id]) if page else ""
