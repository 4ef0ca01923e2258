"""Compliance → Audit → Reviews: when the log is due, the sign-off, its history, and saved views."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import queries as accounts
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.step_up import StepUpNeeded, must_confirm
from audit import services as audit
from compliance.forms import TrailForm
from compliance.models import Review, ReviewPlan, SavedView
from compliance.protective import REVIEWS
from compliance.review_forms import ReviewPlanForm, SavedViewForm, SignOffForm
from compliance.services import reviews as services
from compliance.trail import Filters, Kind
from compliance.views.audit import url_of
from tenancy import clock
from tenancy.errors import DomainError

LISTED = 50


@requires("audit.view")
@require_GET
def reviews(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@requires("audit.edit")
@require_POST
def plan(request: SignedInRequest) -> HttpResponse:
    form = ReviewPlanForm(request.POST, people=services.people())
    if not form.is_valid():
        return _page(request, plan_form=form)
    made = ReviewPlan.objects.first()
    if made and REVIEWS.looser(made, form.cleaned_data) and must_confirm(request):
        raise StepUpNeeded
    try:
        holds = services.plan(**form.cleaned_data, actor=request.actor)
    except DomainError as error:
        form.add_error("reason", str(error))
        return _page(request, plan_form=form)
    words = "The reviewers see on Home when the log is due."
    messages.success(request, words if holds else "A second person is asked about the interval.")
    return redirect("compliance:reviews")


@requires("audit.review", step_up=True)
@require_POST
def sign_off(request: SignedInRequest) -> HttpResponse:
    form = SignOffForm(request.POST)
    if form.is_valid():
        try:
            services.sign_off(note=form.cleaned_data["note"], actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Signed off.")
            return redirect("compliance:reviews")
    return _page(request, sign_off_form=form)


@requires("audit.review")
@require_POST
def save_view(request: SignedInRequest) -> HttpResponse:
    form, filters = SavedViewForm(request.POST), TrailForm(request.POST).filters()
    if not form.is_valid():
        messages.error(request, "Give the view a name of up to 80 characters.")
        return redirect(url_of(filters))
    services.save_view(form.cleaned_data["name"], filters, actor=request.actor)
    messages.success(request, "Saved. It is under Reviews.")
    return redirect("compliance:reviews")


@requires("audit.view")
@require_GET
def open_view(request: SignedInRequest, saved_view_id: UUID) -> HttpResponse:
    """That somebody looked is in the log; the sign-off names it."""
    view = get_object_or_404(SavedView, pk=saved_view_id)
    audit.record(services.OPENED, actor=request.actor, on=view)
    filters = Filters(
        kind=Kind(view.kind),
        actor_id=view.actor_id,
        object_id=view.object_id,
        is_whole=view.is_whole,
    )
    return redirect(url_of(filters))


@requires("audit.review")
@require_POST
def delete_view(request: SignedInRequest, saved_view_id: UUID) -> HttpResponse:
    services.delete_view(get_object_or_404(SavedView, pk=saved_view_id), actor=request.actor)
    messages.success(request, "The view is deleted. The log is as it was.")
    return redirect("compliance:reviews")


def _page(
    request: SignedInRequest,
    *,
    plan_form: ReviewPlanForm | None = None,
    sign_off_form: SignOffForm | None = None,
) -> HttpResponse:
    made = ReviewPlan.objects.first()
    people = services.people()
    now = (
        {"every_days": made.every_days, "reviewers": made.reviewers} if made else {"every_days": 30}
    )
    context = {
        "plan": made,
        "is_late": made is not None and made.due_at <= clock.now(),
        "names": [name for key, name in people if made and key in made.reviewers],
        "since": services.since(),
        "looked_at": services.looked_at(request.actor, services.since()),
        "views": SavedView.objects.order_by("-saved_at")[:LISTED],
        "done": Review.objects.order_by("-end")[:LISTED],
        "waiting": accounts.waiting_request(REVIEWS.kind),
        "plan_form": plan_form or ReviewPlanForm(initial=now, people=people),
        "sign_off_form": sign_off_form or SignOffForm(),
        "may_edit": may(request, "audit.edit"),
        "may_review": may(request, "audit.review"),
        "is_reviewer": services.is_reviewer(request.actor),
    }
    status = 422 if plan_form or sign_off_form else 200
    return render(request, "compliance/reviews.html", context, status=status)
