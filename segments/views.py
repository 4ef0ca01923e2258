from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit.services import Actor
from segments import forms, pages, queries, services
from segments.forms import Editing
from segments.models import Segment
from tenancy.errors import DomainError


@requires("segments.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    segments = list(Segment.objects.order_by("id"))
    context = {
        "rows": pages.list_rows([one for one in segments if not one.is_archived], queries.schema()),
        "archived": [one for one in segments if one.is_archived],
        "may_edit": may(request, "segments.edit"),
    }
    return render(request, "segments/list.html", context)


@requires("segments.view")
@require_POST
def count(_: SignedInRequest) -> HttpResponse:
    services.count_all()
    return redirect("segments:list")


@requires("segments.view")
@require_GET
def detail(request: SignedInRequest, segment_id: UUID) -> HttpResponse:
    return _page(request, forms.opened(get_object_or_404(Segment, pk=segment_id)))


@requires("segments.edit")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, forms.empty())
    return _save(request, forms.posted(request.POST, None, queries.schema()))


@requires("segments.edit")
@require_POST
def save(request: SignedInRequest, segment_id: UUID) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    return _save(request, forms.posted(request.POST, segment, queries.schema()))


def _save(request: SignedInRequest, editing: Editing) -> HttpResponse:
    """Store the form, or carry out the button of the builder that sent it."""
    order = request.POST.get("change")
    if order:
        return _changed(request, editing.changed(order))
    try:
        segment = _stored(editing, request.actor)
    except DomainError as refusal:
        return _page(request, editing, refusal)
    messages.success(request, "The segment is saved.")
    return redirect("segments:detail", segment.pk)


def _stored(editing: Editing, actor: Actor) -> Segment:
    if editing.segment is None:
        return services.create(name=editing.name, rule=editing.draft, actor=actor)
    return services.update(
        editing.segment,
        name=editing.name,
        rule=editing.draft,
        version=editing.version,
        actor=actor,
    )


def _changed(request: SignedInRequest, editing: Editing) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return _page(request, editing)
    context = {**pages.editing_context(editing, queries.schema()), "may_edit": True}
    response = render(request, "segments/_builder.html", context)
    return trigger_client_event(response, "rule-changed", after="swap")


def _page(
    request: SignedInRequest, editing: Editing, refusal: DomainError | None = None
) -> HttpResponse:
    context = {
        **pages.editing_context(editing, queries.schema(), refusal),
        "may_edit": may(request, "segments.edit"),
        "may_export": may(request, "contacts.export"),
        "may_see_people": may(request, "contacts.view"),
    }
    return render(request, "segments/detail.html", context, status=422 if refusal else 200)


@requires("segments.view")
@require_POST
def preview(request: SignedInRequest, segment_id: UUID | None = None) -> HttpResponse:
    """How many people the posted rule describes, counted now."""
    editing = _posted(request, segment_id)
    may_see_people = may(request, "contacts.view")
    rule = pages.read(editing, queries.schema())
    if rule is None:
        context = pages.unfinished_context(editing, queries.schema(), may_see_people=may_see_people)
        return render(request, "segments/_preview.html", context)
    survey = queries.count(rule)
    if editing.segment and editing.segment.rule == editing.draft:
        services.store_count(editing.segment, people=survey.people)
    context = pages.preview_context(rule, survey, may_see_people=may_see_people)
    return render(request, "segments/_preview.html", context)


@requires("segments.view")
@require_POST
def reach(request: SignedInRequest, segment_id: UUID | None = None) -> HttpResponse:
    """Who of the posted rule's people may be written to for the chosen purpose."""
    editing = _posted(request, segment_id)
    rule = pages.read(editing, queries.schema())
    found = queries.reach(rule, purpose=editing.purpose) if rule else None
    return render(request, "segments/_reach.html", {"reach": found})


def _posted(request: SignedInRequest, segment_id: UUID | None) -> Editing:
    segment = get_object_or_404(Segment, pk=segment_id) if segment_id else None
    return forms.posted(request.POST, segment, queries.schema())


@requires("segments.edit")
@require_POST
def duplicate(request: SignedInRequest, segment_id: UUID) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    copy = services.duplicate(segment, actor=request.actor)
    messages.success(request, "This is the copy. The original is unchanged.")
    return redirect("segments:detail", copy.pk)


@requires("segments.edit")
@require_POST
def archive(request: SignedInRequest, segment_id: UUID) -> HttpResponse:
    services.archive(get_object_or_404(Segment, pk=segment_id), actor=request.actor)
    messages.success(request, "The segment is archived. Restore it below.")
    return redirect("segments:list")


@requires("segments.edit")
@require_POST
def restore(request: SignedInRequest, segment_id: UUID) -> HttpResponse:
    segment = services.restore(get_object_or_404(Segment, pk=segment_id), actor=request.actor)
    messages.success(request, "The segment is back.")
    return redirect("segments:detail", segment.pk)
