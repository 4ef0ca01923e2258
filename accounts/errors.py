"""Pages for refusals and failures, with an id that a person can read out to support."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.http import is_signed_in

logger = logging.getLogger(__name__)

STAFF = "layouts/staff.html"
PLAIN = "layouts/plain.html"
# What has a page of its own; the rest "could not be read".
OWN_WORDS = frozenset({400, 403, 404, 405, 429, 500, 503})
# Patients read no word about workspaces or roles; their page is in both languages.
FOR_PATIENTS = ("config.urls.portal", "config.urls.links")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason  # in Django's words, which name headers
    return error_page(request, 403, "This form was open too long. Go back and send it again.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    logger.info("refused", extra={"exception_type": type(exception).__name__})
    return error_page(request, 400, "")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    return error_page(request, 404, "")


def failed(request: HttpRequest) -> HttpResponse:
    """The 500 page reads nothing from the database: that may be what failed."""
    return error_page(request, 500, "")


def error_page(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    """The page for `status`, in the shell if somebody is signed in and the server is well."""
    error_id = note(request, status)
    if getattr(request, "urlconf", None) in FOR_PATIENTS:
        said = {"error_id": error_id, "status": status}
        page = render_to_string("errors/patient.html", said, request=request)
        return HttpResponse(page, status=status)
    has_shell = status not in {500, 503} and is_signed_in(request)
    context = {
        "layout": STAFF if has_shell else PLAIN,
        "error_id": error_id,
        "reason": reason,
    }
    template = status if status in OWN_WORDS else 400
    page = render_to_string(f"errors/{template}.html", context, request=request)
    return HttpResponse(page, status=status)


def note(request: HttpRequest, status: int) -> str:
    """The id of this failure, which stands on the page and on each line that the log has about it."""
    error_id = secrets.token_hex(4)
    request.error_id = error_id  # type: ignore[attr-defined]
    logger.warning("answered with an error", extra={"request": request, "status": status})
    return error_id
