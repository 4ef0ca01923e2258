"""The list, the search, adding and changing a person."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from compliance.queries import agreement_in_force
from contacts import queries, services
from contacts.forms import ContactForm, SearchForm
from contacts.models import Contact
from contacts.queries import listing
from contacts.services import looks
from contacts.views.showing import is_shown, show
from tenancy.errors import DomainError


@requires("contacts.view")
@require_GET
@transaction.atomic
def people(request: SignedInRequest) -> HttpResponse:
    page = queries.page(
        older_than=cursor_of(request, "older"), newer_than=cursor_of(request, "newer")
    )
    return _list(request, page=page, rows=listing.list_rows(page.contacts))


@requires("contacts.view")
@require_POST
@transaction.atomic
def search(request: SignedInRequest) -> HttpResponse:
    """By POST, so that what was searched for is in no URL, history or log."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return redirect("contacts:list")
    text = form.cleaned_data["text"]
    found = queries.find(text)
    looks.note_search(actor=request.actor, found=len(found))
    return _list(request, searched=text, rows=listing.list_rows(found))


@requires("contacts.view")
@require_GET
def totals(request: SignedInRequest) -> HttpResponse:
    return render(request, "contacts/_totals.html", {"totals": listing.totals()})


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, schema=queries.schema())
    if form.is_valid():
        try:
            contact = services.add(form.entry, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The contact is added.")
            return redirect("contacts:detail", contact.pk)
    return form_page(request, "contacts/add.html", form)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Only while the person's data is shown: the form is full of it."""
    contact = get_object_or_404(Contact, pk=contact_id)
    if not is_shown(request, contact):
        messages.error(request, "Show the person's data first: the form holds it.")
        return redirect("contacts:detail", contact.pk)
    known = {**contact.identity, **contact.attributes}
    form = ContactForm(request.POST or None, schema=editable(request), known=known)
    if form.is_valid():
        try:
            services.change(contact, form.entry, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The changes are saved.")
            return redirect("contacts:detail", contact.pk)
    context = {"contact": contact, **show(request, contact)}
    return form_page(request, "contacts/edit.html", form, **context)


def editable(request: SignedInRequest) -> list[queries.Field]:
    """The fields that this role may see; a field it cannot see is neither shown nor cleared."""
    sees_special = may(request, "contacts.reveal_special")
    return [each for each in queries.schema() if sees_special or each.phi_class != "special"]


def form_page(
    request: SignedInRequest, template: str, form: object, **context: object
) -> HttpResponse:
    is_bad = bool(getattr(form, "errors", None))
    context = {"form": form, "agreement": agreement_in_force(), **context}
    return render(request, template, context, status=422 if is_bad else 200)


def _list(request: SignedInRequest, **context: object) -> HttpResponse:
    context |= {
        "everybody": listing.everybody(),
        "agreement": agreement_in_force(),
        "may_edit": may(request, "contacts.edit"),
        "may_import": may(request, "contacts.import"),
        "may_export": may(request, "contacts.export"),
    }
    return render(request, "contacts/list.html", context)
