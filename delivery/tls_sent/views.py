"""Platform → Mail security → Reports we send."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from audit import services as audit
from delivery.models import SentTlsReport, TlsReporting
from delivery.tls_sent.gathering import FEWEST_SESSIONS
from tenancy import clock
from tenancy.scope import platform_scope

SHOWN = 100


@requires("operator.tenants")
@require_GET
def sent(request: SignedInRequest) -> HttpResponse:
    with platform_scope():
        reporting = TlsReporting.objects.first()
        found = SentTlsReport.objects.order_by("-day", "-sessions")
        context = {
            "rows": list(found[:SHOWN]),
            "off_since": reporting.off_since if reporting else None,
            "fewest": FEWEST_SESSIONS,
        }
    return render(request, "delivery/tls_sent/sent.html", context)


@requires("operator.tenants")
@require_POST
def switch(request: SignedInRequest) -> HttpResponse:
    """On or off, as the form says: pressed twice it is the same."""
    is_on = request.POST.get("on") == "yes"
    with platform_scope(), transaction.atomic():
        reporting, _ = TlsReporting.objects.select_for_update().get_or_create()
        if is_on != (reporting.off_since is None):
            reporting.off_since = None if is_on else clock.now()
            reporting.save(update_fields=["off_since"])
            audit.record("tls_reports.switched", actor=request.actor, on=reporting, is_on=is_on)
    words = "Domains are told from tomorrow on." if is_on else "Nothing is reported any more."
    messages.success(request, words)
    return redirect("tls_sent")
