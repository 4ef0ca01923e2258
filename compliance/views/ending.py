"""Settings → End of this workspace: asking for it, how far it is, taking it back, taking the data along."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import queries as accounts
from accounts.form_once import shown_once
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from compliance import destruction_certificate, holding
from compliance.ending_forms import EndForm
from compliance.forms import ReasonForm
from compliance.models import DataReturn
from compliance.models.ending import GRACE
from compliance.services import ending as services
from compliance.services import returns
from tenancy.errors import DomainError

LISTED = 20


@requires("ending.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    return _page(request, EndForm())


@requires("ending.view")
@require_GET
def progress(request: SignedInRequest) -> HttpResponse:
    """Polled while a worker writes; when it has ended, the page is loaded anew."""
    file = DataReturn.objects.filter(status="queued").select_related("job").first()
    if file is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "compliance/ending/_progress.html", {"file": file})


@requires("ending.ask", step_up=True)
@require_POST
def ask(request: SignedInRequest) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        is_asked_here = services.ask(**form.cleaned_data, actor=request.actor)
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, form)
    who = "A second person here" if is_asked_here else "The operator of the platform"
    messages.success(request, f"{who} is asked. Nothing has stopped yet.")
    return redirect("ending:index")


@requires("ending.ask", step_up=True)
@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why. The workspace still ends.")
        return redirect("ending:index")
    return _done(
        request,
        lambda: services.undo_as_owner(reason=form.cleaned_data["reason"], actor=request.actor),
        "The workspace does not end. What was canceled stays canceled.",
    )


@requires("ending.ask", step_up=True)
@require_POST
def ask_for_data(request: SignedInRequest) -> HttpResponse:
    words = "The file is being written. You can leave this page."
    return _done(request, lambda: returns.ask(actor=request.actor), words)


@requires("ending.ask")
@require_POST
def cancel(request: SignedInRequest, data_return_id: UUID) -> HttpResponse:
    file = get_object_or_404(DataReturn, pk=data_return_id)
    words = "It is stopped. There is no file."
    return _done(request, lambda: returns.cancel(file, actor=request.actor), words)


@requires("ending.ask", step_up=True)
@require_POST
def take(request: SignedInRequest, data_return_id: UUID) -> HttpResponseBase:
    file = get_object_or_404(DataReturn, pk=data_return_id)
    try:
        taken = returns.take(file, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("ending:index")
    response = StreamingHttpResponse(returns.parts(taken), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="workspace-{taken.pk}.zip"'
    return response


@requires("ending.ask", step_up=True)
@require_POST
def password(request: SignedInRequest, data_return_id: UUID) -> HttpResponse:
    """The answer shows it: it is stored nowhere from now on, so there is no page to go back to."""
    file = get_object_or_404(DataReturn, pk=data_return_id)
    try:
        text = returns.show_password(file, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("ending:index")
    return shown_once(render(request, "compliance/ending/password.html", {"password": text}))


def _done(request: SignedInRequest, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("ending:index")


def _page(request: SignedInRequest, form: EndForm) -> HttpResponse:
    files = list(DataReturn.objects.select_related("job").order_by("-created_at")[:LISTED])
    file = next((it for it in files if it.status in ("queued", "ready", "taken")), None)
    context = {
        "form": form,
        "workspace": request.tenant,
        "ending": services.current(),
        "waiting": accounts.waiting_request(services.KIND),
        "is_held": holding.in_force().exists(),
        "may_end": may(request, "ending.ask"),
        "grace": GRACE,
        "keys_last": destruction_certificate.keys_last(),
        "files": files,
        "file": file,
        "is_own": file is not None and file.asked_by == request.actor.id,
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/ending/index.html", context, status=status)
