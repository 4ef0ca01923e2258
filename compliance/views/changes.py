"""The history of the settings that protect."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.protective import groups
from accounts.setting_history import changes


@requires("policy.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    return render(request, "compliance/changes.html", {"changes": changes(groups())})
