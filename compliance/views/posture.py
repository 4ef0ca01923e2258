"""The posture page: what is met, what is not, and where to change it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance.safeguards import safeguards


@requires("policy.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    found = safeguards()
    context = {
        "safeguards": found,
        "met": sum(it.state == "done" for it in found),
        "counted": sum(it.state != "none" for it in found),
    }
    return render(request, "compliance/posture.html", context)
