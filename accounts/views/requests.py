"""Requests for a second person: what waits for whom, and the answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import questions
from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.services import countersignatures as services
from tenancy.errors import DomainError


@requires("settings.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    overview = questions.overview(request.membership)
    return render(request, "accounts/requests/list.html", {"overview": overview})


@requires("settings.view")
@require_GET
def detail(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    return _page(request, request_id)


@requires("settings.view", step_up=True)
@require_POST
def grant(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    asked = get_object_or_404(questions.visible_to(request.membership), pk=request_id)
    try:
        services.grant(asked.pk, actor=request.actor)
    except DomainError as error:
        return _page(request, request_id, problem=str(error))
    messages.success(request, "Granted. It is done.")
    return redirect("requests:list")


@requires("settings.view")
@require_POST
def refuse(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    asked = get_object_or_404(questions.visible_to(request.membership), pk=request_id)
    reason = request.POST.get("reason", "")
    try:
        services.refuse(asked.pk, actor=request.actor, reason=reason)
    except DomainError as error:
        return _page(request, request_id, problem=str(error))
    messages.success(request, "Refused. The person who asked reads why.")
    return redirect("requests:list")


@requires("settings.view")
@require_POST
def withdraw(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    asked = get_object_or_404(questions.visible_to(request.membership), pk=request_id)
    try:
        services.withdraw(asked.pk, actor=request.actor)
    except DomainError as error:
        return _page(request, request_id, problem=str(error))
    messages.success(request, "Taken back. Nothing has changed.")
    return redirect("requests:list")


def _page(request: SignedInRequest, request_id: UUID, *, problem: str = "") -> HttpResponse:
    asked = get_object_or_404(questions.visible_to(request.membership), pk=request_id)
    context = {"question": questions.question(asked, request.membership), "problem": problem}
    status = 422 if problem else 200
    return render(request, "accounts/requests/detail.html", context, status=status)
