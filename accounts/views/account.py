"""What somebody decides about their own account, and which workspace they are in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import factor_queries, queries, theme, unreached, visits
from accounts.forms import ChangePasswordForm, ProfileForm
from accounts.http import SignedInRequest
from accounts.permissions import public, requires
from accounts.services import users as services
from accounts.services.allow_list import NotFromHere
from accounts.services.sign_in import NoLongerMember
from accounts.views.sign_in import page
from accounts.ways_back import page_of_ours
from tenancy.models import Tenant
from tenancy.scope import platform_scope

A_YEAR = 365 * 24 * 3600


@requires("account.own")
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(
        request.POST or None, initial={"name": user.name, "time_zone": user.time_zone}
    )
    if form.is_valid():
        services.change_profile(user, **form.cleaned_data)
        messages.success(request, "Your account is saved.")
        return redirect("accounts:profile")
    with platform_scope():
        found = factor_queries.factors_of(user)
    failed = unreached.unreached([user.email]).values()
    return page(request, "accounts/profile.html", form, factors=found, unreached=list(failed))


@requires("account.own")
@require_http_methods(["GET", "POST"])
def change_password(request: SignedInRequest) -> HttpResponse:
    form = ChangePasswordForm(
        request.POST or None,
        user=request.user,
        words=queries.workspace_names(request.user),
    )
    if form.is_valid():
        services.change_password(request.user, form.cleaned_data["password"])
        messages.success(request, "Your password is changed. Sign in with it.")
        return redirect("accounts:sign_in")
    return page(request, "accounts/change_password.html", form)


@requires("account.own", step_up=True)
@require_GET
def confirm(request: SignedInRequest) -> HttpResponse:
    """Where a fragment sends somebody who has to prove again who they are."""
    return redirect(page_of_ours(request.GET.get("next", "")) or "/")


@requires("account.own")
@require_GET
def workspaces(request: SignedInRequest) -> HttpResponse:
    context = {"workspaces": queries.workspaces_of(request.user)}
    return render(request, "accounts/workspaces.html", context)


@requires("account.own")
@require_POST
def switch_workspace(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    with platform_scope():
        tenant = get_object_or_404(Tenant, pk=tenant_id)
    try:
        visits.enter(request, request.user, tenant)
    except NoLongerMember as error:
        raise Http404(str(error)) from error
    except NotFromHere as error:
        messages.error(request, str(error))
        return redirect("accounts:workspaces")
    return redirect(visits.landing_url(request, request.user))


@public("the sign-in page has a theme too")
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", theme.SYSTEM)
    response = redirect(page_of_ours(request.POST.get("back", "")) or "/")
    if chosen in theme.THEMES:
        response.set_cookie(
            theme.COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=True,
            httponly=True,
            samesite="Lax",
        )
    return response
