"""The compliance page: what is done, what is yours to do, what Sealpost looks after."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from compliance import listings, queries
from compliance.posture import KEPT_BY_SEALPOST, duties


@requires("policy.view")
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    todo = duties(listings.posture_facts())
    context = {
        "duties": todo,
        "open_duties": sum(duty.state != "done" for duty in todo),
        "kept_by_sealpost": KEPT_BY_SEALPOST,
        "agreement": queries.agreement_in_force(),
        "alerts": listings.open_alerts() if may(request, "alerts.view") else None,
        "refusals": listings.recent_refusals() if may(request, "audit.view") else None,
    }
    return render(request, "compliance/home.html", context)
