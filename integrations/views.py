"""Settings, Mail from systems: where other systems hand over their messages, and how."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.api_keys import Scope
from accounts.http import SignedInRequest
from accounts.models import ApiKey
from accounts.permissions import may, requires
from accounts.services.countersignatures import NotAsked
from integrations import letter_defaults, ways
from integrations.forms import HOLDS, DefaultsForm
from integrations.letters.asking import defaults_of
from integrations.models import LetterDefaults
from tenancy.origins import url_on

SAVED = "Saved. It holds from the next message on."
ASKED = "Saved, but for what its messages hold: that stays until a second person agrees."


@requires("api_keys.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    keys = [key for key in ApiKey.objects.order_by("name") if _writes(key)]
    context = {
        "ways": ways.all_ways(),
        "rows": [_row(key) for key in keys],
        "may_edit": may(request, "api_keys.edit"),
        "docs_url": url_on("api", "/docs/"),
    }
    return render(request, "integrations/ways.html", context)


@requires("api_keys.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def defaults(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)
    form = DefaultsForm(request.POST or None, initial=_chosen(defaults_of(key)))
    if form.is_valid():
        try:
            is_done = letter_defaults.change(key, **form.cleaned_data, actor=request.actor)
        except NotAsked as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, SAVED if is_done else ASKED)
            return redirect("systems:ways")
    context = {"form": form, "key": key}
    return render(
        request, "integrations/defaults.html", context, status=422 if form.errors else 200
    )


def _chosen(found: LetterDefaults) -> dict[str, object]:
    return {name: getattr(found, name) for name in ("purpose", "sensitivity", "drops_repeated")}


def _writes(key: ApiKey) -> bool:
    return key.is_open and Scope.LETTERS_SEND in key.scopes


def _row(key: ApiKey) -> dict[str, object]:
    chosen = defaults_of(key)
    return {
        "key": key,
        "purpose": chosen.get_purpose_display() if chosen.purpose else "",
        "holds": next(words[0] for level, words in HOLDS.items() if level == chosen.sensitivity),
    }
