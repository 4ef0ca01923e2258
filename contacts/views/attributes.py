"""The tenant's schema: fields, their types and how each is protected."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from contacts import services
from contacts.fields import IDENTITY, STANDING
from contacts.forms import AttributeForm
from contacts.models import Attribute
from contacts.views.people import form_page
from tenancy.errors import DomainError


@requires("contacts.view")
@require_GET
def attributes(request: SignedInRequest) -> HttpResponse:
    context = {
        "attributes": Attribute.objects.order_by("label"),
        "built_in": (*IDENTITY, *STANDING),
        "may_edit": may(request, "contacts.edit"),
    }
    return render(request, "contacts/attributes.html", context)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    form = AttributeForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.define_attribute(
                label=said["label"],
                kind=said["kind"],
                phi_class=said["phi_class"],
                choices=form.listed,
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The field {said['label']} is added.")
            return redirect("contacts:attributes")
    return form_page(request, "contacts/attribute.html", form)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, attribute_id: UUID) -> HttpResponse:
    attribute = get_object_or_404(Attribute, pk=attribute_id)
    initial = {
        "label": attribute.label,
        "kind": attribute.type,
        "phi_class": attribute.phi_class,
        "choices": "\n".join(attribute.choices),
    }
    form = AttributeForm(request.POST or None, initial=initial)
    form.fields["kind"].disabled = True
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.change_attribute(
                attribute,
                label=said["label"],
                phi_class=said["phi_class"],
                choices=form.listed,
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The field {said['label']} is changed.")
            return redirect("contacts:attributes")
    return form_page(request, "contacts/attribute.html", form, attribute=attribute)
