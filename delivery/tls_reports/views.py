"""Settings, Sender domains, What others saw."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance.models import SenderDomain
from delivery.tls_reports import seen


@requires("domains.view")
@require_GET
def what_others_saw(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    domain = get_object_or_404(SenderDomain, pk=domain_id)
    context = {"domain": domain, "seen": seen.of_domain(domain.domain)}
    return render(request, "delivery/tls_reports/seen.html", context)
