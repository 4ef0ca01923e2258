"""An import, page by page: the run's status says which page is next."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance.queries import agreement_in_force
from contacts.fields import Kind
from contacts.forms import BasisForm, MappingForm
from contacts.importing.dates import Order
from contacts.importing.encoding import LABELS
from contacts.models import ImportRun
from contacts.queries import uploaded
from contacts.services import imports as services
from contacts.uploading import SealedUpload, SealingUploadHandler
from tenancy import spreadsheets
from tenancy.errors import DomainError

Status = ImportRun.Status
STEPS = ("File", "Columns", "Consent", "Dry run")
_LISTED = 30


@requires("contacts.import")
@require_GET
def runs(request: SignedInRequest) -> HttpResponse:
    found = ImportRun.objects.exclude(status=Status.RECEIVING).order_by("-created_at")[:_LISTED]
    return render(request, "contacts/imports.html", {"runs": found})


@requires("contacts.import")
@require_GET
def start(request: SignedInRequest) -> HttpResponse:
    return _upload_page(request)


@requires("contacts.import")
@require_POST
@csrf_exempt
def upload(request: SignedInRequest) -> HttpResponse:
    """The token is checked by `_take`: before it, the door for the file must be in place."""
    request.upload_handlers = [SealingUploadHandler(request, actor=request.actor)]
    return _take(request)


@csrf_protect
def _take(request: SignedInRequest) -> HttpResponse:
    taken = request.FILES.get("file")
    if isinstance(taken, SealedUpload):
        return redirect("contacts:import", taken.run.pk)
    (handler,) = request.upload_handlers
    refusal = handler.refusal if isinstance(handler, SealingUploadHandler) else None
    return _upload_page(request, problem=str(refusal or "Choose a file first."))


@requires("contacts.import")
@require_GET
def run(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """The page of the step that the run waits for."""
    found = get_object_or_404(ImportRun, pk=run_id)
    match found.status:
        case Status.UPLOADED:
            return columns_page(request, found, MappingForm(names=found.header))
        case Status.MATCHED:
            return basis_page(request, found, BasisForm(names=found.header))
        case _:
            return _result_page(request, found)


@requires("contacts.import")
@require_http_methods(["GET", "POST"])
def columns(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    found = get_object_or_404(ImportRun, pk=run_id)
    if found.status not in ImportRun.MATCHABLE:
        return redirect("contacts:import", found.pk)
    form = MappingForm(request.POST or None, names=found.header)
    if form.is_valid():
        try:
            order = Order(form.cleaned_data["order"])
            services.match_columns(found, mapping=form.chosen, order=order, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("contacts:import", found.pk)
    return columns_page(request, found, form)


@requires("contacts.import")
@require_POST
def values(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """The same page with real values, and with what was chosen on it so far."""
    found = get_object_or_404(ImportRun, pk=run_id)
    if found.status not in ImportRun.MATCHABLE:
        return redirect("contacts:import", found.pk)
    form = MappingForm(request.POST, names=found.header)
    if form.is_valid():
        try:
            found = services.show_values(found, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
    return columns_page(request, found, form)


@requires("contacts.import")
@require_http_methods(["GET", "POST"])
def basis(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    found = get_object_or_404(ImportRun, pk=run_id)
    form = BasisForm(request.POST or None, names=found.header)
    if form.is_valid():
        try:
            services.check(found, basis=basis_from(form), actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("contacts:import", found.pk)
    return basis_page(request, found, form)


@requires("contacts.import")
@require_POST
def begin(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    return _step(request, run_id, services.start)


@requires("contacts.import")
@require_POST
def cancel(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    return _step(request, run_id, services.cancel)


@requires("contacts.import")
@require_GET
def progress(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """Polled while a worker reads; when it has ended, the page is loaded anew."""
    found = get_object_or_404(ImportRun, pk=run_id)
    if not found.is_at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "contacts/_progress.html", {"run": found})


@requires("contacts.import")
@require_GET
def problems(request: SignedInRequest, run_id: UUID) -> HttpResponseBase:
    """The rows that were not taken whole, with what is wrong: to mend and to upload again."""
    found = get_object_or_404(ImportRun, pk=run_id)
    services.note_problems_taken(found, actor=request.actor)
    lines = spreadsheets.csv_lines(problem_rows(found))
    response = StreamingHttpResponse(lines, content_type=spreadsheets.CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="rows-to-mend.csv"'
    return response


def problem_rows(run: ImportRun) -> Iterator[list[str]]:
    """The heading and the rows as they came, with two columns that say where and why."""
    yield [*run.header, "Line in the file", "What is wrong"]
    width = len(run.header)
    for row in uploaded.problem_rows(run):
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        yield [*cells, str(row.line), " ".join(row.sentences)]


def _step(request: SignedInRequest, run_id: UUID, step: services.Step) -> HttpResponse:
    found = get_object_or_404(ImportRun, pk=run_id)
    try:
        step(found, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("contacts:import", found.pk)


def basis_from(form: BasisForm) -> services.Basis:
    said = form.cleaned_data
    if said["basis"] == "none":
        return services.Basis()
    return services.Basis(
        purposes=tuple(said["purposes"]),
        source=said["source"],
        wording=said["wording"],
        kept=said["kept"],
        said_on=said["said_on"],
        column=said["column"] if said["basis"] == "column" else None,
    )


def _upload_page(request: SignedInRequest, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "agreement": agreement_in_force(), "steps": steps(0)}
    return render(request, "contacts/import_file.html", context, status=422 if problem else 200)


def columns_page(request: SignedInRequest, run: ImportRun, form: MappingForm) -> HttpResponse:
    found = uploaded.columns_of(run)
    chosen = {
        each.position: form.data.get(f"column_{each.position}", each.suggestion.key or "")
        for each in found
    }
    context = {
        "run": run,
        "form": form,
        "steps": steps(1),
        "encoding": LABELS[run.encoding],
        "fields": uploaded.fields(),
        "kinds": [(kind, kind.label) for kind in Kind if kind != Kind.CHOICE],
        "has_record_number": "external_id" in chosen.values(),
        "columns": [(each, chosen[each.position]) for each in found],
        "is_uploader": run.started_by_id == request.actor.id,
        "shown_until": run.values_shown_until(request.actor.id),
    }
    return render(
        request, "contacts/import_columns.html", context, status=422 if form.errors else 200
    )


def basis_page(request: SignedInRequest, run: ImportRun, form: BasisForm) -> HttpResponse:
    context = {"run": run, "form": form, "steps": steps(2), "chosen": form["basis"].value()}
    return render(
        request, "contacts/import_basis.html", context, status=422 if form.errors else 200
    )


def _result_page(request: SignedInRequest, run: ImportRun) -> HttpResponse:
    counts = run.counts
    taken = sum(counts.get(outcome, 0) for outcome in ("created", "changed", "same"))
    context = {
        "run": run,
        "steps": steps(3),
        "taken": taken,
        "to_write": counts.get("created", 0) + counts.get("changed", 0),
        "reasons": [
            (sentence, counts[code]) for code, sentence in LEFT_OUT.items() if counts.get(code)
        ],
        "refused": uploaded.refused_values(run) if counts.get("refused") else [],
        "is_refused_cut": counts.get("refused", 0) > uploaded.SUMMED,
        "split": [
            ("accent", counts.get("created", 0)),
            ("accent-2", counts.get("changed", 0)),
            ("soft", counts.get("same", 0)),
            ("bad", counts.get("left_out", 0)),
        ],
        "order": ORDERS.get(run.found_order or "", ""),
    }
    return render(request, "contacts/import_result.html", context)


LEFT_OUT = {
    "replaced": "The same record number comes again",
    "no_record_number": "No record number",
    "bad_record_number": "A record number that cannot be right",
    "row_broken": "Cells that do not line up with the heading",
}
ORDERS = {
    "month_first": "The file writes the month first, so 04/05/2026 is April 5.",
    "day_first": "The file writes the day first, so 04/05/2026 is May 4.",
    "not_shown": "The file does not show whether day or month comes first; 04/05/2026 is read as April 5.",
    "mixed": "The file writes days and months in both orders. Dates with two meanings were left out.",
}


def steps(current: int) -> list[tuple[str, str]]:
    """Each step with its state: done, current or to come."""
    states = ["done"] * current + ["current"] + ["to_come"] * (len(STEPS) - current - 1)
    return list(zip(STEPS, states, strict=True))
