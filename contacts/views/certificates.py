"""The certificate that one person's mail is encrypted to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts import services
from contacts.forms import CertificateForm
from contacts.models import Contact, PersonCertificate
from contacts.views import showing
from contacts.views.people import form_page
from tenancy.errors import DomainError


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def certificate(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = CertificateForm(request.POST or None)
    if form.is_valid():
        try:
            services.keep_certificate(contact, form.cleaned_data["chain"], actor=request.actor)
        except DomainError as error:
            form.add_error("chain", str(error))
        else:
            messages.success(request, "The certificate is kept.")
            return redirect("contacts:detail", contact.pk)
    context = {
        "contact": contact,
        "kept": PersonCertificate.objects.filter(contact=contact).first(),
        **showing.show(request, contact),
    }
    return form_page(request, "contacts/certificate.html", form, **context)


@requires("contacts.edit")
@require_POST
def remove(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    services.remove_certificate(contact, actor=request.actor)
    messages.success(request, "The certificate is removed. Mail goes the usual ways again.")
    return redirect("contacts:detail", contact.pk)


@requires("contacts.edit")
@require_POST
def withdraw(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    services.withdraw_certificate(contact, actor=request.actor)
    messages.success(request, "The certificate is withdrawn. It cannot be given again.")
    return redirect("contacts:detail", contact.pk)
