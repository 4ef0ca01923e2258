"""Settings → Retention: how long each class stays, and what goes when."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries as accounts
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.step_up import StepUpNeeded, must_confirm
from compliance import holding, queries
from compliance import services as compliance
from compliance.forecast import forecast
from compliance.models import RetentionRun
from compliance.protective import RETENTION
from compliance.retention_forms import RetentionForm
from tenancy.errors import DomainError


@requires("policy.view")
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change(request)
    return _page(request, RetentionForm(None, periods=queries.retention().periods))


@requires("policy.view")
@require_POST
def preview(request: SignedInRequest) -> HttpResponse:
    """The same page with what would go under the periods that are chosen, and nothing saved."""
    return _page(request, RetentionForm(request.POST, periods=queries.retention().periods))


@requires("policy.edit")
def _change(request: SignedInRequest) -> HttpResponse:
    form = RetentionForm(request.POST, periods=queries.retention().periods)
    if not form.is_valid():
        return _page(request, form)
    wanted = {retained.field: days for retained, days in form.chosen().items()}
    if RETENTION.looser(queries.retention(), wanted) and must_confirm(request):
        raise StepUpNeeded
    try:
        holds = compliance.set_retention(
            form.chosen(), reason=form.cleaned_data["reason"], actor=request.actor
        )
    except DomainError as error:
        form.add_error("reason", str(error))
        return _page(request, form)
    words = "It holds from the next run on." if holds else "A second person is asked first."
    messages.success(request, words)
    return redirect("retention:settings")


def _page(request: SignedInRequest, form: RetentionForm) -> HttpResponse:
    may_edit = may(request, "policy.edit")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "may_edit": may_edit,
        "forecast": forecast(form.chosen_periods(), holding.held()),
        "version": queries.retention().version,
        "run": RetentionRun.objects.select_related("job").order_by("-begun_at").first(),
        "holds": holding.in_force().count(),
        "waiting": accounts.waiting_request(RETENTION.kind),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/retention/settings.html", context, status=status)
