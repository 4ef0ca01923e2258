"""Erasing a person: a page that says what goes, what stays, and that nobody can undo it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts import services
from contacts.forms import EraseForm
from contacts.models import Contact
from contacts.views import showing
from contacts.views.people import form_page
from tenancy.errors import DomainError


@requires("contacts.erase", step_up=True)
@require_http_methods(["GET", "POST"])
def erase(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = EraseForm(request.POST or None)
    if form.is_valid():
        try:
            services.erase(contact, reason=form.cleaned_data["reason"], actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The person is erased.")
            return redirect("contacts:list")
    context = {"contact": contact, **showing.show(request, contact)}
    return form_page(request, "contacts/erase.html", form, **context)
