"""Reports of campaigns, the message log, and the story of each message."""

from collections.abc import Iterable
from dataclasses import astuple
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from accounts.visits import operators_start_at_theirs
from audit import services as audit
from audit.services import Touched
from campaigns.models import Campaign
from contacts.models import Contact
from delivery import moving
from delivery.escrow import reissuing
from delivery.escrow import services as escrow
from delivery.models import EscrowItem, Message
from delivery.queries import waiting
from delivery.reports import (
    drafts,
    figures_file,
    home,
    messages,
    needs,
    pages,
)
from delivery.tracking import queries as tracking
from tenancy import clock
from tenancy.spreadsheets import CONTENT_TYPE, csv_lines

LINK_COLUMNS = ["Link", "People", "Clicks by people", "Clicks by machines"]


@operators_start_at_theirs
@requires("reports.view")
@require_GET
def home_page(request: SignedInRequest) -> HttpResponse:
    steps = home.setup(request)
    context = {
        "greeting": home.greeting(timezone.localtime(clock.now())),
        "first_name": request.user.name.partition(" ")[0],
        "figures": home.figure_strip(request),
        "under_way": home.under_way(may_see_people=may(request, "reports.people")),
        "drafts": drafts.unfinished(request),
        "needs": needs.needs(request),
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "steps_left": not all(step.is_done for step in steps),
        "may_import": may(request, "contacts.import"),
        "may_write": may(request, "campaigns.edit"),
    }
    return render(request, "delivery/reports/home.html", context)


@requires("reports.view")
@require_GET
def campaigns(request: SignedInRequest) -> HttpResponse:
    found = Campaign.objects.filter(status__in=Campaign.WAS_STARTED).order_by("-began_at")[:50]
    rows = [(each, pages.progress(each.id, may_see_people=False)) for each in found]
    return render(request, "delivery/reports/list.html", {"rows": rows})


@requires("reports.view")
@require_GET
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign, pk=campaign_id)
    may_see_people = may(request, "reports.people")
    context = pages.report(shown, may_see_people=may_see_people) | {
        "hides_small": not may_see_people,
        "may_recall": may(request, "campaigns.stop"),
    }
    return render(request, "delivery/reports/report.html", context)


@requires("reports.view")
@require_GET
def links(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """The figures of each link, as a file for spreadsheets. It is about nobody in particular."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    rows = tracking.by_link(shown.id)
    audit.record("report.links_taken", actor=request.actor, on=shown, rows=len(rows))
    lines = [LINK_COLUMNS, *([str(value) for value in astuple(row)] for row in rows)]
    return _file(lines, "links")


@requires("reports.view")
@require_GET
def figures(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """Every number of the report, and nobody in it."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    lines = list(figures_file.lines(shown, may_see_people=may(request, "reports.people")))
    audit.record("report.figures_taken", actor=request.actor, on=shown, rows=len(lines) - 1)
    return _file(lines, "figures")


def _file(lines: Iterable[list[str]], name: str) -> HttpResponse:
    response = HttpResponse(b"".join(csv_lines(lines)), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@requires("reports.view")
@require_GET
def progress(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """The bar alone: for the campaign's page, and for itself while messages are under way."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    context = {
        "campaign": shown,
        "progress": pages.progress(shown.id, may_see_people=may(request, "reports.people")),
    }
    return render(request, "delivery/reports/_progress_update.html", context)


@requires("reports.people")
@require_GET
def message(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Message, pk=message_id)
    touched = Touched(classes=("message",), rows=1)
    audit.record_reading("message.story_viewed", actor=request.actor, on=shown, touched=touched)
    context = {
        "story": messages.whole(shown),
        "may_see_campaign": may(request, "campaigns.view"),
        "may_see_person": may(request, "contacts.view"),
        "may_recall": may(request, "campaigns.stop"),
        "may_move": may(request, "campaigns.send"),
    }
    return render(request, "delivery/reports/message.html", context)


@requires("reports.people")
@require_GET
def contact_messages(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """A person's messages, for the page that contacts has of them."""
    contact = get_object_or_404(Contact, pk=contact_id)
    before = cursor_of(request)
    page = messages.page(messages.of_contact(contact), before=before, size=messages.OF_CONTACT)
    touched = Touched(classes=("message",), rows=len(page.rows))
    audit.record_reading(
        "contact.messages_viewed", actor=request.actor, on=contact, touched=touched
    )
    context = {
        "contact": contact,
        "rows": page.rows,
        "older": page.older,
        "may_set_access": may(request, "contacts.edit"),
    }
    return render(request, "delivery/reports/_of_contact.html", context)


@requires("campaigns.stop")
@require_POST
def recall(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    item = get_object_or_404(EscrowItem, message_id=message_id)
    try:
        recalled = escrow.revoke(item, actor=request.actor)
    except escrow.ItemClosed as error:
        notices.error(request, str(error))
    else:
        notices.success(request, _recalled(recalled))
    return redirect("messages:story", message_id)


def _recalled(item: EscrowItem) -> str:
    if item.read_at is None:
        return "Recalled before anybody read it. Nobody can open it any more."
    read_at = date_format(timezone.localtime(item.read_at), "j F Y, H:i")
    return f"Recalled. It was read on {read_at}; nobody can open it again."


@requires("campaigns.stop", step_up=True)
@require_POST
def recall_all(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """Every message of the campaign that is still in the portal."""
    shown = get_object_or_404(Campaign, pk=campaign_id)
    found = escrow.revoke_all(waiting.of_campaign(shown.id), actor=request.actor)
    words = f"Recalled {found.unread:,} before they were read, and {found.read:,} that were read."
    notices.success(request, words)
    return redirect("reports:campaign", campaign_id)


@requires("campaigns.send", step_up=True)
@require_POST
def reissue(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """A notice with a new link, instead of one that was lost."""
    item = get_object_or_404(EscrowItem, message_id=message_id)
    try:
        reissuing.reissue(item, reason=request.POST.get("reason", ""), actor=request.actor)
    except reissuing.NotReissued as error:
        notices.error(request, str(error))
    else:
        notices.success(request, "A notice with a new link is on its way. The former link is dead.")
    return redirect("messages:story", message_id)


@requires("campaigns.send")
@require_POST
def move(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """To the portal now, instead of further tries."""
    shown = get_object_or_404(Message, pk=message_id)
    try:
        moving.move_to_portal(shown, actor=request.actor)
    except moving.MessageNotMovable as error:
        notices.error(request, str(error))
    else:
        notices.success(request, "It is in the secure portal, and a notice is on its way.")
    return redirect("messages:story", message_id)
