"""Views with holes, for test_other_tenants.py: they look rows up as the superuser, who sees all."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from tests.security.witness import superuser


@requires("contacts.view")
@require_GET
def reads_anybodys(_request: HttpRequest, contact_id: UUID) -> HttpResponse:
    with superuser() as connection:
        found = connection.execute("SELECT id FROM contacts_contact WHERE id = %s", [contact_id])
        return HttpResponse(str(found.fetchone()))


@requires("contacts.view")
@require_GET
def writes_anybodys(_request: HttpRequest, contact_id: UUID) -> HttpResponse:
    with superuser() as connection:
        connection.execute(
            "UPDATE contacts_contact SET is_patient = false WHERE id = %s", [contact_id]
        )
    raise Http404


@requires("contacts.view")
@require_GET
def finds_nothing(_request: HttpRequest, contact_id: UUID) -> HttpResponse:
    raise Http404


urlpatterns = [
    path("reads/<uuid:contact_id>/", reads_anybodys),
    path("writes/<uuid:contact_id>/", writes_anybodys),
    path("nothing/<uuid:contact_id>/", finds_nothing),
]
