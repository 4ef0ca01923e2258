"""How often each person looked at people's data."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts.queries.looks import looks_by_person


@requires("alerts.view")
@require_GET
def looks(request: SignedInRequest) -> HttpResponse:
    return render(request, "contacts/looks.html", {"rows": looks_by_person()})
