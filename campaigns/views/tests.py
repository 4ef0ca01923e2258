"""Test sends to colleagues."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from campaigns.queries import listings
from campaigns.services import tests
from tenancy.errors import DomainError


@requires("campaigns.edit")
@require_POST
def send(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """To the chosen members, or to oneself."""
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    chosen = set(request.POST.getlist("to")) or {str(request.membership.pk)}
    members = [one for one in listings.colleagues() if str(one.pk) in chosen]
    try:
        tests.request(shown, to=members, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The test is on its way. It shows what one real person reads.")
    return redirect("campaigns:detail", shown.pk)
