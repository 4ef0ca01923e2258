"""Sending, stopping and watching a campaign."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit.services import Actor
from campaigns.forms import ScheduleForm
from campaigns.models import Campaign
from campaigns.queries import listings
from campaigns.services import sending
from tenancy.errors import DomainError


@requires("campaigns.send")
@require_POST
def send(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _done(request, campaign_id, lambda shown, actor: sending.send_now(shown, actor=actor))


@requires("campaigns.send")
@require_http_methods(["GET", "POST"])
def schedule(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign, pk=campaign_id)
    form = ScheduleForm(request.POST or None)
    if form.is_valid():
        try:
            sending.schedule(shown, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error("send_at", str(error))
        else:
            return redirect("campaigns:detail", shown.pk)
    context = {"campaign": shown, "form": form}
    status = 422 if form.errors else 200
    return render(request, "campaigns/schedule.html", context, status=status)


@requires("campaigns.stop")
@require_POST
def take_back(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _done(request, campaign_id, lambda shown, actor: sending.take_back(shown, actor=actor))


@requires("campaigns.stop")
@require_POST
def pause(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _done(request, campaign_id, lambda shown, actor: sending.pause(shown, actor=actor))


@requires("campaigns.send")
@require_POST
def resume(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _done(request, campaign_id, lambda shown, actor: sending.resume(shown, actor=actor))


@requires("campaigns.stop")
@require_POST
def cancel(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _done(request, campaign_id, lambda shown, actor: sending.cancel(shown, actor=actor))


@requires("campaigns.view")
@require_GET
def live(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """How far it is; delivery fills in what became of the messages.

    The page asks again with the state it shows, and gets an answer only when that has changed.
    """
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    if request.GET.get("was") == shown.status:
        return HttpResponse(status=204)
    context = {
        "campaign": shown,
        "may_send": may(request, "campaigns.send"),
        "may_stop": may(request, "campaigns.stop"),
    }
    return render(request, "campaigns/live.html", context)


def _done(
    request: SignedInRequest, campaign_id: UUID, act: Callable[[Campaign, Actor], Campaign]
) -> HttpResponse:
    """To where the campaign is watched once it is under way, else to its checklist."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    try:
        shown = act(shown, request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    is_live = shown.status in Campaign.WAS_STARTED or shown.began_at is not None
    return redirect("campaigns:live" if is_live else "campaigns:detail", shown.pk)
