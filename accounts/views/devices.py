"""Your devices: where somebody is signed in, and ending it from here."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.services import devices as services


@requires("account.own")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    found = services.of_person(request.user, this=request.session.row_id)
    context = {"devices": found, "most": services.MOST_SESSIONS}
    return render(request, "accounts/devices.html", context)


@requires("account.own")
@require_POST
def end(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    try:
        services.end_one(request.user, session_id)
    except services.DeviceNotFound as error:
        raise Http404(str(error)) from error
    messages.success(
        request, "That browser is signed out. Its next click leads to the sign-in page."
    )
    return redirect("accounts:devices")


@requires("account.own")
@require_POST
def end_others(request: SignedInRequest) -> HttpResponse:
    count = services.end_others(request.user, this=request.session.row_id)
    messages.success(request, f"Signed out elsewhere: {count}. You are still signed in here.")
    return redirect("accounts:devices")
