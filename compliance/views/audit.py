"""The audit log for the people who review it."""

from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import services as audit
from audit.models import AuditEvent
from compliance import trail
from compliance.audit_details import detail_lines, source_lines
from compliance.forms import TrailForm


@requires("audit.view")
@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    form = TrailForm(request.GET)
    filters = form.filters()
    events = trail.matching(filters, ZoneInfo(timezone.get_current_timezone_name()))
    after = _event(form.cleaned_data.get("after"))
    before = _event(form.cleaned_data.get("before"))
    page = trail.newer_than(events, after) if after else trail.older_than(events, before)
    if not (after or before) and trail.is_search(filters, request.actor.id):
        audit.record(
            "audit.log_searched", actor=request.actor, **trail.said(filters), shown=len(page.events)
        )
    actors = trail.actors()
    context = {
        "form": form,
        "filters": filters,
        "is_no_day": "day" in form.errors,
        "actors": actors,
        "is_other": bool(filters.actor_id) and filters.actor_id not in dict(actors),
        "kinds": [(kind, url_of(filters, kind=kind)) for kind in trail.Kind],
        "whole_url": url_of(filters, whole="" if filters.is_whole else "1"),
        "events": page.events,
        "newer_url": url_of(filters, after=page.newer) if page.newer else None,
        "older_url": url_of(filters, before=page.older) if page.older else None,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "is_filtered": filters != trail.Filters(),
        "may_save": may(request, "audit.review"),
        "may_export": may(request, "audit.evidence"),
    }
    return render(request, "compliance/audit.html", context)


@requires("audit.view")
@require_GET
def event(request: SignedInRequest, event_id: UUID) -> HttpResponse:
    """One event with its sealed details; opening them is an event of its own."""
    shown = get_object_or_404(AuditEvent, pk=event_id)
    audit.record("audit.event_opened", actor=request.actor, on=shown)
    context = {
        "event": shown,
        "detail": detail_lines(shown.detail),
        "source": source_lines(shown.source),
    }
    return render(request, "compliance/audit_event.html", context)


def _event(event_id: UUID | None) -> AuditEvent | None:
    return AuditEvent.objects.filter(pk=event_id).first() if event_id else None


def url_of(filters: trail.Filters, **changes: object) -> str:
    values: dict[str, object] = {
        "kind": filters.kind.value,
        "actor": filters.actor_id,
        "object": filters.object_id,
        "day": filters.day or "",
        "whole": "1" if filters.is_whole else "",
        **changes,
    }
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"{reverse('compliance:audit')}?{query}" if query else reverse("compliance:audit")
