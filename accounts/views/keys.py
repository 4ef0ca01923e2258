"""Keys of the systems that work with this workspace."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.api_keys import Scope
from accounts.forms import ApiKeyForm
from accounts.http import SignedInRequest
from accounts.models import ApiKey
from accounts.permissions import requires
from accounts.services import api_keys
from accounts.views.sign_in import page
from tenancy.errors import DomainError
from tenancy.origins import url_on

# Long enough to be forgotten about, short enough to be asked about again.
USUAL_LIFE = timedelta(days=180)


@requires("api_keys.edit")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    keys = ApiKey.objects.order_by("-created_at")
    rows = [
        {
            "key": key,
            "sees_phi": Scope.PHI_READ in key.scopes,
            "scopes": [(name, Scope(name).label) for name in key.scopes],
        }
        for key in keys
    ]
    return render(
        request, "accounts/api_keys.html", {"rows": rows, "docs_url": url_on("api", "/docs/")}
    )


@requires("api_keys.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The answer to the form shows the key: it is stored nowhere, so there is no page to go back to."""
    last_day = timezone.localdate() + USUAL_LIFE
    form = ApiKeyForm(request.POST or None, initial={"last_day": last_day})
    if form.is_valid():
        try:
            key, text = api_keys.issue(
                name=form.cleaned_data["name"],
                scopes=form.granted(),
                expires_at=form.expires_at(),
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "accounts/issued_key.html", {"key": key, "text": text})
    return page(request, "accounts/new_api_key.html", form)


@requires("api_keys.edit", step_up=True)
@require_POST
def revoke(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    api_keys.revoke(get_object_or_404(ApiKey, pk=key_id), actor=request.actor)
    messages.success(request, "The key is ended. The next request with it is refused.")
    return redirect("api_keys:list")
