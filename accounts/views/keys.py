"""Keys of the systems that work with this workspace."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.api_keys import Scope
from accounts.form_once import shown_once
from accounts.http import SignedInRequest
from accounts.key_forms import ApiKeyForm, KeySetForm, NetworksForm, RotationForm
from accounts.models import ApiKey
from accounts.permissions import may, requires
from accounts.services import api_keys, client_keys, key_allowance, key_rotation
from accounts.views.sign_in import page
from tenancy.errors import DomainError
from tenancy.origins import url_on

# Long enough to be forgotten about, short enough to be asked about again.
USUAL_LIFE = timedelta(days=180)


@requires("api_keys.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    context = {
        "rows": [shown(key) for key in ApiKey.objects.order_by("-created_at")],
        "docs_url": url_on("api", "/docs/"),
        "may_edit": may(request, "api_keys.edit"),
    }
    return render(request, "accounts/api_keys.html", context)


@requires("api_keys.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The answer to the form shows the key: it is stored nowhere, so there is no page to go back to."""
    last_day = timezone.localdate() + USUAL_LIFE
    form = ApiKeyForm(request.POST or None, initial={"last_day": last_day})
    if form.is_valid():
        try:
            key, text = _issue(request, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return issued_page(request, key, text)
    return page(request, "accounts/new_api_key.html", form)


@transaction.atomic
def _issue(request: SignedInRequest, form: ApiKeyForm) -> tuple[ApiKey, str]:
    """The key, and with it the question to the compliance officer if it sees PHI."""
    match form.cleaned_data["way"]:
        case ApiKey.Way.KEY_PAIR:
            url = form.cleaned_data["jwks_url"].strip()
            key, text = (
                api_keys.issue_key_pair_client(
                    form.right(), jwks=form.keys, jwks_url=url, actor=request.actor
                ),
                "",
            )
        case ApiKey.Way.SECRET:
            key, text = api_keys.issue_client(form.right(), actor=request.actor)
        case _:
            key, text = api_keys.issue(form.right(), actor=request.actor)
    if not key.is_allowed:
        key_allowance.ask(key, reason=form.cleaned_data["reason"], actor=request.actor)
    return key, text


@requires("api_keys.view")
@require_GET
def detail(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    return key_page(request, get_object_or_404(ApiKey, pk=key_id))


@requires("api_keys.edit", step_up=True)
@require_POST
def networks(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)
    form = NetworksForm(request.POST)
    if not form.is_valid():
        return key_page(request, key, places=form)
    api_keys.change_networks(key, form.cleaned_data["networks"], actor=request.actor)
    messages.success(request, "The networks are saved and hold from the next request on.")
    return redirect("api_keys:detail", key.pk)


@requires("api_keys.edit", step_up=True)
@require_POST
def rotate(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """The answer shows the new secret, once."""
    key = get_object_or_404(ApiKey, pk=key_id)
    form = RotationForm(request.POST)
    if form.is_valid():
        try:
            key, text = key_rotation.rotate(key, overlap=form.length, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return issued_page(request, key, text)
    return key_page(request, key, rotation=form)


@requires("api_keys.edit", step_up=True)
@require_POST
def key_set(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)
    form = KeySetForm(request.POST)
    if key.way != ApiKey.Way.KEY_PAIR or not form.is_valid():
        return key_page(request, key, key_set=form)
    url = form.cleaned_data["jwks_url"].strip()
    client_keys.change_keys(key, jwks=form.keys, jwks_url=url, actor=request.actor)
    messages.success(request, "The public keys are saved and hold from the next request on.")
    return redirect("api_keys:detail", key.pk)


@requires("api_keys.edit", step_up=True)
@require_POST
def end_old_secret(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)
    key_rotation.end_old_secret(key, actor=request.actor)
    messages.success(request, "The old secret is ended. Only the new one works.")
    return redirect("api_keys:detail", key.pk)


@requires("api_keys.edit", step_up=True)
@require_POST
def revoke(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    api_keys.revoke(get_object_or_404(ApiKey, pk=key_id), actor=request.actor)
    messages.success(request, "The key is ended. The next request with it is refused.")
    return redirect("api_keys:list")


def key_page(
    request: SignedInRequest,
    key: ApiKey,
    *,
    places: NetworksForm | None = None,
    rotation: RotationForm | None = None,
    key_set: KeySetForm | None = None,
) -> HttpResponse:
    written = "\n".join(str(network) for network in key.networks)
    context = {
        **shown(key),
        "places": places or NetworksForm(initial={"networks": written}),
        "rotation": rotation or RotationForm(initial={"overlap": "day"}),
        "key_set": key_set or KeySetForm(initial={"jwks_url": key.jwks_url}),
        "may_edit": may(request, "api_keys.edit"),
    }
    status = 422 if places or rotation or key_set else 200
    return render(request, "accounts/api_key.html", context, status=status)


def issued_page(request: SignedInRequest, key: ApiKey, text: str) -> HttpResponse:
    context = {"key": key, "text": text, "token_url": url_on("api", "/oauth/token")}
    return shown_once(render(request, "accounts/issued_key.html", context))


def shown(key: ApiKey) -> dict[str, object]:
    """A key as the pages show it: what it may do in words and exactly."""
    return {
        "key": key,
        "sees_phi": Scope.PHI_READ in key.scopes,
        "kids": [each["kid"] for each in (key.jwks or {"keys": []})["keys"]],
        "scopes": [(name, Scope(name).label) for name in key.scopes],
    }
