"""How often each person looked at people's data, and how many people each system read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts.queries.looks import looks_by_person, readings_by_system


@requires("alerts.view")
@require_GET
def looks(request: SignedInRequest) -> HttpResponse:
    context = {"rows": looks_by_person(), "systems": readings_by_system()}
    return render(request, "contacts/looks.html", context)
