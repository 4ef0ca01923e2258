"""Reports → Domain security: how well the mail servers of recipients' domains protect what we send."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from delivery.models import DomainPosture
from delivery.reports import domains
from delivery.services import pins, server_sets


@requires("reports.view")
@require_GET
def domain_list(request: SignedInRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    if state not in domains.STATES:
        raise Http404
    page = domains.page(state, before=cursor_of(request))
    context = {"page": page, "state": state, "states": domains.STATES}
    return render(request, "delivery/domains/list.html", context)


@requires("reports.view")
@require_POST
def search(request: SignedInRequest) -> HttpResponse:
    """By POST, and then by id: where patients have their mailboxes is in no URL."""
    found = domains.find(request.POST.get("q", ""))
    if found is None:
        notices.info(request, "No mail to that domain was tried within the last 30 days.")
        return redirect("domain_security:list")
    return redirect("domain_security:detail", found)


@requires("reports.view")
@require_GET
def domain(request: SignedInRequest, posture_id: UUID) -> HttpResponse:
    posture = get_object_or_404(DomainPosture, pk=posture_id)
    if not posture.shown:
        raise Http404
    row = domains.row(posture)
    context = {
        "row": row,
        "hosts": domains.hosts(posture),
        "pin": pins.of(row.name),
        "steady": server_sets.known([row.name]).get(row.name),
        "may_pin": may(request, "policy.edit"),
    }
    return render(request, "delivery/domains/detail.html", context)


@requires("reports.view")
@require_GET
def people(request: SignedInRequest, posture_id: UUID) -> HttpResponse:
    """The number alone, as counting takes a look at everybody."""
    posture = get_object_or_404(DomainPosture, pk=posture_id)
    context = {"people": domains.people(domains.row(posture).name)}
    return render(request, "delivery/domains/_people.html", context)
