"""Pages for refusals and failures, with an id that a person can read out to support."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.http import is_signed_in

logger = logging.getLogger(__name__)

STAFF = "layouts/staff.html"
PLAIN = "layouts/plain.html"
# Patients read no word about workspaces, roles or error ids; their page is in both languages.
FOR_PATIENTS = ("config.urls.portal", "config.urls.links")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.info("csrf: %s", reason)
    return error_page(request, 403, "This form was open too long. Go back and send it again.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    logger.info("refused: %s", type(exception).__name__)
    return error_page(request, 400, "")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    return error_page(request, 404, "")


def failed(request: HttpRequest) -> HttpResponse:
    """The 500 page reads nothing from the database: that may be what failed."""
    return error_page(request, 500, "")


def error_page(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    """The page for `status`, in the shell if somebody is signed in and the server is well."""
    error_id = secrets.token_hex(4)
    route = request.resolver_match.route if request.resolver_match else "no route"
    logger.warning("status %s at %s, error id %s", status, route, error_id)
    if getattr(request, "urlconf", None) in FOR_PATIENTS:
        return HttpResponse(render_to_string("errors/patient.html", request=request), status=status)
    has_shell = status != 500 and is_signed_in(request)
    context = {
        "layout": STAFF if has_shell else PLAIN,
        "error_id": error_id,
        "reason": reason,
    }
    page = render_to_string(f"errors/{status}.html", context, request=request)
    return HttpResponse(page, status=status)
