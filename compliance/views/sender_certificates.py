"""The certificate and key that a sender signs with."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance.forms import SenderCertificateForm
from compliance.models import Sender, SenderCertificate
from compliance.services import sender_certificates
from tenancy.errors import DomainError


@requires("domains.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def certificate(request: SignedInRequest, sender_id: UUID) -> HttpResponse:
    sender = get_object_or_404(Sender.objects.select_related("domain"), pk=sender_id)
    form = SenderCertificateForm(request.POST or None)
    if form.is_valid():
        try:
            sender_certificates.set_certificate(sender, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error("chain", str(error))
        else:
            messages.success(request, f"{sender.address} signs with the certificate from now on.")
            return redirect("domains:detail", sender.domain_id)
    kept = SenderCertificate.objects.filter(sender=sender).first()
    context = {"sender": sender, "form": form, "kept": kept}
    status = 422 if form.errors else 200
    return render(request, "compliance/sender_certificate.html", context, status=status)


@requires("domains.edit", step_up=True)
@require_POST
def remove(request: SignedInRequest, sender_id: UUID) -> HttpResponse:
    sender = get_object_or_404(Sender, pk=sender_id)
    sender_certificates.remove_certificate(sender, actor=request.actor)
    messages.success(request, "The certificate is removed, and its key is destroyed.")
    return redirect("domains:detail", sender.domain_id)


@requires("domains.edit", step_up=True)
@require_POST
def withdraw(request: SignedInRequest, sender_id: UUID) -> HttpResponse:
    sender = get_object_or_404(Sender, pk=sender_id)
    sender_certificates.withdraw_certificate(sender, actor=request.actor)
    messages.success(request, "The certificate is withdrawn, and its key is destroyed.")
    return redirect("domains:detail", sender.domain_id)
