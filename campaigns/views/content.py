"""The editor of a campaign's or a template's content."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from campaigns import editing
from campaigns.content.problems import ContentRefused
from campaigns.errors import ContentChanged
from campaigns.forms import ContentForm
from campaigns.merge.filters import FILTERS
from campaigns.models import Campaign, Template
from campaigns.queries import listings
from campaigns.services import drafts, templates
from tenancy.errors import DomainError

NOT_YOURS = "your role does not change it."


@requires("campaigns.view")
@require_GET
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    urls = {
        "back": reverse("campaigns:detail", args=[shown.pk]),
        "save": reverse("campaigns:save_content", args=[shown.pk]),
        "preview": reverse("campaigns:preview", args=[shown.pk]),
    }
    if not may(request, "campaigns.edit"):
        return _reading(request, shown, urls, NOT_YOURS)
    if not shown.is_editable:
        status = shown.get_status_display().lower()
        return _reading(request, shown, urls, f"the campaign is {status}. Make a copy to go on.")
    return _page(request, "campaigns/content.html", shown, urls)


@requires("templates.view")
@require_GET
def template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Template, pk=template_id)
    urls = {
        "back": reverse("templates:list"),
        "save": reverse("templates:save_content", args=[shown.pk]),
        "preview": reverse("templates:preview", args=[shown.pk]),
    }
    if not may(request, "templates.edit"):
        return _reading(request, shown, urls, NOT_YOURS)
    if shown.archived_at is not None:
        return _reading(request, shown, urls, "the template is archived.")
    return _page(request, "campaigns/content.html", shown, urls)


@requires("campaigns.edit")
@require_POST
def save_campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign, pk=campaign_id)
    url = reverse("campaigns:content", args=[shown.pk])
    form = ContentForm(request.POST)
    if not form.is_valid():
        return _refused(request, "The content cannot be read.", 422, url)
    document, version = form.cleaned_data["document"], form.cleaned_data["version"]
    try:
        saved = drafts.change(shown, {"content": document}, version=version, actor=request.actor)
    except DomainError as error:
        return _refused(request, str(error), _status(error), url)
    return _saved(request, saved, url)


@requires("templates.edit")
@require_POST
def save_template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Template, pk=template_id)
    url = reverse("templates:content", args=[shown.pk])
    form = ContentForm(request.POST)
    if not form.is_valid():
        return _refused(request, "The content cannot be read.", 422, url)
    document, version = form.cleaned_data["document"], form.cleaned_data["version"]
    try:
        saved = templates.save_content(shown, document, version=version, actor=request.actor)
    except DomainError as error:
        return _refused(request, str(error), _status(error), url)
    return _saved(request, saved, url)


def _reading(
    request: SignedInRequest, source: Campaign | Template, urls: dict[str, str], why_closed: str
) -> HttpResponse:
    """The page without a way to write what would be refused."""
    template = "campaigns/content_read.html"
    return _page(request, template, source, urls, why_closed=why_closed)


def _page(
    request: SignedInRequest,
    template: str,
    source: Campaign | Template,
    urls: dict[str, str],
    **more: str,
) -> HttpResponse:
    context = {
        "source": source,
        "is_campaign": isinstance(source, Campaign),
        "urls": urls,
        "editor": editing.editor_values(source.content, source.version, source.purpose),
        "fields": editing.groups(),
        "filters": [(name, one.example) for name, one in FILTERS.items()],
        **more,
    }
    return render(request, template, context)


def _saved(request: SignedInRequest, saved: Campaign | Template, url: str) -> HttpResponse:
    """What the editor shows beside the content: its version, and what is wrong with it."""
    if not _wants_json(request):
        return redirect(url)
    return JsonResponse(editing.feedback(saved.content, saved.version, saved.purpose))


def _refused(request: SignedInRequest, message: str, status: int, url: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"message": message}, status=status)
    messages.error(request, message)
    return redirect(url)


def _status(error: DomainError) -> int:
    """412 is what an older version gets (RFC 9110 13.1.1)."""
    if isinstance(error, ContentChanged):
        return 412
    return 422 if isinstance(error, ContentRefused) else 409


def _wants_json(request: SignedInRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
