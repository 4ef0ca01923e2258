"""The OpenAPI document of this API, and the page that renders it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from accounts.api_keys import Scope
from accounts.permissions import public
from integrations.api import reference
from tenancy.origins import url_on

DESCRIPTION = (
    "Everything a system needs to keep people, consent and facts in step, and to send one message. "
    "Bodies are JSON, times RFC 3339, refusals RFC 9457."
)


@public("The document describes the API and holds no customer data.")
@require_GET
def openapi(_: HttpRequest) -> JsonResponse:
    return JsonResponse(document())


@public("The page describes the API and holds no customer data.")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "integrations/api.html", {"groups": reference.groups(document())})


@cache
def document() -> Mapping[str, Any]:
    """OpenAPI 3.0.3, as import tools of other systems read it."""

    generator = SchemaGenerator(urlconf="integrations.urls")  # type: ignore[no-untyped-call]
    generated: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return {
        **generated,
        "info": {"title": "Sealpost API", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": url_on("api", "/")}],
        "security": [{"key": []}, {"oauth2": []}],
        "components": {
            **generated["components"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "oauth2": _oauth2()},
        },
    }


def _oauth2() -> dict[str, Any]:
    """Client credentials (RFC 6749 4.4), with a secret or a signed assertion."""
    flow = {
        "tokenUrl": url_on("api", "/oauth/token"),
        "scopes": {scope.value: scope.label for scope in Scope},
    }
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
