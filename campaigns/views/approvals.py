"""Asking for approval, and the approver's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from campaigns import pages, sampling
from campaigns.content.extent import extent
from campaigns.content.model import read_content
from campaigns.errors import CampaignNotReady
from campaigns.forms import ReasonForm
from campaigns.models import Approval, Campaign
from campaigns.queries import approvals, listings, previews, readiness, writing
from campaigns.queries.previews import View
from campaigns.services import approvals as services
from tenancy.errors import DomainError


@requires("campaigns.submit")
@require_POST
def submit(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    try:
        services.submit(shown, version=_version(request), actor=request.actor)
    except CampaignNotReady as error:
        messages.error(request, error.reasons[0])
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It waits for approval now.")
    return redirect("campaigns:detail", shown.pk)


@requires("campaigns.submit", step_up=True)
@require_POST
def attest(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    try:
        services.attest(
            shown,
            version=_version(request),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
        )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("campaigns:detail", shown.pk)


@requires("campaigns.submit")
@require_POST
def withdraw(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign, pk=campaign_id)
    try:
        services.withdraw(shown, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("campaigns:detail", shown.pk)


@requires("campaigns.view")
@require_GET
def review(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """What the approver decides about: the message as people read it, and what changed."""
    return _review(request, campaign_id, ReasonForm())


@requires("campaigns.approve", step_up=True)
@require_POST
def approve(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown, asked = _asked(campaign_id)
    try:
        decided = services.approve(
            asked, content_hash=request.POST.get("content_hash", ""), actor=request.actor
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("campaigns:review", shown.pk)
    messages.success(request, "It is approved.")
    return redirect("campaigns:detail", decided.pk)


@requires("campaigns.approve")
@require_POST
def refuse(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    _, asked = _asked(campaign_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.refuse(asked, reason=form.cleaned_data["reason"], actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is sent back to its author.")
            return redirect("campaigns:list")
    return _review(request, campaign_id, form)


def _asked(campaign_id: UUID) -> tuple[Campaign, Approval]:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    rows = Approval.objects.filter(campaign=shown).select_related("campaign")
    return shown, get_object_or_404(rows.order_by("-requested_at")[:1])


def _review(request: SignedInRequest, campaign_id: UUID, form: ReasonForm) -> HttpResponse:
    shown, asked = _asked(campaign_id)
    before = approvals.last_given(shown, asked)
    wrote_it = asked.was_written_by(request.actor.id)
    person = previews.sample(shown, 0).person
    width = "phone" if request.GET.get("width") == "phone" else "desktop"
    context = {
        "width": width,
        "extent": extent(read_content(shown.content), is_phone=width == "phone"),
        "campaign": shown,
        "asked": asked,
        "preview_url": previews.point_to(shown, person, View.HTML, is_shown=False).url(),
        "subject": pages.subject_line(shown),
        "changed_since": approvals.changed_since(asked, shown) if asked.is_open else [],
        "difference": sampling.difference(before, asked),
        "before": before,
        "meter": pages.phi_meter(shown.content, writing.schema()),
        "checks": readiness.checks(shown),
        "form": form,
        "may_decide": asked.is_open and may(request, "campaigns.approve") and not wrote_it,
        "wrote_it": wrote_it,
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/review.html", context, status=status)


def _version(request: SignedInRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else 0
