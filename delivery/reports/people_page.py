"""Who is behind a number of a campaign's report."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from audit import services as audit
from audit.services import Touched
from campaigns.models import Campaign
from delivery.models import Message, RecipientDomain
from delivery.reports import messages, pages, people_files, queries
from delivery.tracking import queries as tracking

WORDS = pages.STEPS | pages.OUTCOMES | pages.OTHERS
NARROWER = ("reason", "domain", "link")


@requires("reports.people")
@require_GET
def people(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """One page of them; the reading is written down."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    outcome = request.GET.get("outcome", "segment")
    if outcome not in queries.BEHIND:
        raise Http404
    found, where = _narrowed(shown.id, outcome, request.GET)
    page = messages.page(found, before=cursor_of(request))
    audit.record_reading(
        "report.people_viewed",
        actor=request.actor,
        on=shown,
        touched=Touched(classes=("message",), rows=len(page.rows), purpose=shown.purpose),
        outcome=outcome,
    )
    is_whole = not any(request.GET.get(name) for name in NARROWER)
    context = {
        "campaign": shown,
        "words": WORDS[outcome],
        "where": where,
        "page": page,
        "total": found.count(),
        "export_as": f"{people_files.PREFIX}{outcome}" if is_whole else "",
        "may_export": may(request, "contacts.export"),
    }
    return render(request, "delivery/reports/people.html", context)


def _narrowed(campaign_id: UUID, outcome: str, chosen: QueryDict) -> tuple[QuerySet[Message], str]:
    """The messages, and in words what they are narrowed to. Raises Http404 for what is no choice."""
    found = queries.behind(campaign_id, outcome, chosen.get("reason", ""))
    if domain_id := chosen.get("domain"):
        domain = _domain(domain_id)
        return found.filter(domain_index=domain.domain_index), domain.domain
    if outcome == "clicked" and (place := chosen.get("link")):
        addresses = tracking.addresses(campaign_id)
        if not place.isdecimal() or int(place) >= len(addresses):
            raise Http404
        address = addresses[int(place)]
        followed = tracking.reacted(campaign_id, queries.DONE[outcome], address)
        return found.filter(id__in=followed), address
    return found, ""


def _domain(written: str) -> RecipientDomain:
    try:
        domain_id = UUID(written)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(RecipientDomain, pk=domain_id)
