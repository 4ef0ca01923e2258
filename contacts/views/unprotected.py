"""Recording that a warned person asked for email without full protection, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest, address_of
from accounts.permissions import requires
from compliance import queries as compliance
from contacts import services
from contacts.forms import UnprotectedForm, beginning_of
from contacts.models import Contact
from contacts.models.consent import UNPROTECTED
from contacts.preference_words import language_for
from contacts.unprotected import VERSION, WARNING, Basis, Scope
from contacts.views import showing
from contacts.views.people import form_page
from tenancy.errors import DomainError


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def unprotected(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = UnprotectedForm(request.POST or None)
    if form.is_valid():
        try:
            record(request, contact, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The request is recorded.")
            return redirect("contacts:detail", contact.pk)
    context = {
        "contact": contact,
        "warning": WARNING[language_of(contact)],
        "language": language_of(contact),
        "is_asked": contact.consents.get(UNPROTECTED) == "granted",
        "counts": compliance.policy().honors_unprotected,
        **showing.show(request, contact),
    }
    return form_page(request, "contacts/unprotected.html", form, **context)


@requires("contacts.edit")
@require_POST
def protect(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    evidence = services.Evidence(
        source="Staff recorded it",
        wording="Email only with full protection again.",
        address=address_of(request),
    )
    services.protect_again(contact, evidence=evidence, actor=request.actor)
    messages.success(request, "From now on every email to this person is fully protected.")
    return redirect("contacts:detail", contact.pk)


def record(request: SignedInRequest, contact: Contact, form: UnprotectedForm) -> None:
    """What the form says, with the warning in the person's own language."""
    said, language = form.cleaned_data, language_of(contact)
    evidence = services.Evidence(
        source=f"{said['source']}, warning {VERSION}",
        wording=WARNING[language],
        language=language,
        address=address_of(request),
        said_at=beginning_of(said["said_on"]),
    )
    wish = services.Request(Scope(said["scope"]), Basis(said["basis"]))
    services.record_unprotected(contact, wish, evidence=evidence, actor=request.actor)


def language_of(contact: Contact) -> str:
    return language_for(contact.identity.get("language"))
