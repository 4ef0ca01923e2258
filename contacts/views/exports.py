"""Files of people: what for, a preview, the writing, and taking the file once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.form_once import shown_once
from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts.export_forms import ExportForm
from contacts.export_profiles import PROFILES, SECOND_PERSON_OVER, fields_for
from contacts.fields import PhiClass
from contacts.models import ContactExport
from contacts.queries import schema
from contacts.services import exports as services
from contacts.views.showing import classes
from tenancy.errors import DomainError

LISTED = 30


@requires("contacts.export")
@require_GET
def exports(request: SignedInRequest) -> HttpResponse:
    rows = ContactExport.objects.select_related("job").order_by("-created_at")[:LISTED]
    return render(request, "contacts/exports.html", {"rows": rows})


@requires("contacts.export", step_up=True)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """First the purpose, then its fields with the number of people, then the file is asked for."""
    asked = {name: request.GET.get(name, "") for name in ("source", "source_id")}
    form = ExportForm(
        request.POST or None, initial=asked, schema=schema(), seen_classes=classes(request)
    )
    context: dict[str, object] = {"form": form, "second_person_over": SECOND_PERSON_OVER}
    if form.is_valid():
        wish = form.wish()
        try:
            if "confirm" in request.POST:
                export = services.ask(
                    wish, rows=form.shown_rows(), reason=form.reason(), actor=request.actor
                )
                return redirect("contacts:export", export.pk)
            preview = services.preview(wish, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            context |= {
                "rows": preview.rows,
                "chosen": form.chosen(),
                "sample": [person.values_of(form.chosen()) for person in preview.sample],
                "profile": PROFILES[wish.profile],
            }
    status = 422 if form.errors else 200
    return render(request, "contacts/export_new.html", context, status=status)


@requires("contacts.export")
@require_GET
def export(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    return _page(request, _found(export_id))


@requires("contacts.export")
@require_GET
def progress(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    """Polled while a worker writes; when it has ended, the page is loaded anew."""
    found = _found(export_id)
    if found.status != ContactExport.Status.QUEUED:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "contacts/_export_progress.html", {"export": found})


@requires("contacts.export")
@require_POST
def cancel(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    found = _found(export_id)
    try:
        services.cancel(found, actor=request.actor)
    except DomainError as error:
        return _page(request, found, problem=str(error))
    messages.success(request, "It is stopped. There is no file.")
    return redirect("contacts:exports")


@requires("contacts.export", step_up=True)
@require_POST
def take(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    found = _found(export_id)
    try:
        content = services.take(found, actor=request.actor)
    except DomainError as error:
        return _page(request, found, problem=str(error))
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="people-{found.watermark}.zip"'
    return response


@requires("contacts.export", step_up=True)
@require_POST
def password(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    """The answer shows it: it is stored nowhere from now on, so there is no page to go back to."""
    found = _found(export_id)
    try:
        text = services.show_password(found, actor=request.actor)
    except DomainError as error:
        return _page(request, found, problem=str(error))
    context = {"export": found, "password": text}
    return shown_once(render(request, "contacts/export_password.html", context))


def _found(export_id: UUID) -> ContactExport:
    return get_object_or_404(ContactExport.objects.select_related("job"), pk=export_id)


def _page(request: SignedInRequest, export: ContactExport, *, problem: str = "") -> HttpResponse:
    everything = fields_for(export.profile, schema(), seen_classes=list(PhiClass.values))
    is_own = export.asked_by == request.actor.id
    context = {
        "export": export,
        "problem": problem,
        "profile": PROFILES[export.profile],
        "fields": [field for field in everything if field.key in export.fields],
        "may_take": is_own and export.is_ready,
        "may_see_password": is_own
        and export.password is not None
        and export.status in (ContactExport.Status.READY, ContactExport.Status.TAKEN),
        "may_cancel": export.status in ("asked", "queued", "ready"),
        "is_own": is_own,
    }
    status = 422 if problem else 200
    return render(request, "contacts/export.html", context, status=status)
