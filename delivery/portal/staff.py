"""What staff see and do about a person's way into the portal."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import requires
from contacts import queries as contacts
from contacts.models import Contact
from delivery.escrow import passkeys, passphrases, texts
from delivery.models import PortalPasskey
from delivery.portal.staff_forms import PassphraseForm
from delivery.texting import numbers


@requires("contacts.edit")
@require_GET
def access(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = PassphraseForm(initial={"passphrase": passphrases.suggestion()})
    return _page(request, contact, {"form": form})


@requires("contacts.edit", step_up=True)
@require_POST
def agree(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Shown nowhere afterwards: who agreed on it has it written down, or agrees on another."""
    contact = get_object_or_404(Contact, pk=contact_id)
    form = PassphraseForm(request.POST)
    if form.is_valid():
        try:
            passphrases.agree(contact, form.cleaned_data["passphrase"], actor=request.actor)
        except passphrases.PassphraseRefused as error:
            form.add_error("passphrase", str(error))
        else:
            messages.success(request, "Agreed. Messages from now on are sealed with it.")
            return redirect("contact_portal", contact.pk)
    return _page(request, contact, {"form": form}, status=422)


@requires("contacts.edit", step_up=True)
@require_POST
def end(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    passphrases.end(contact, actor=request.actor)
    messages.success(request, "Ended. Messages from now on are opened with facts on file.")
    return redirect("contact_portal", contact.pk)


@requires("contacts.edit", step_up=True)
@require_POST
def remove_passkeys(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    passkeys.remove_all(contact, actor=request.actor)
    messages.success(request, "Removed. The next message opens with a code again.")
    return redirect("contact_portal", contact.pk)


def _page(
    request: SignedInRequest, contact: Contact, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    (person,) = contacts.people([contact.pk])
    context |= {
        "contact": contact,
        "person": person,
        "passphrase": passphrases.in_force(contact.pk),
        "texts_are_sent": settings.TEXT_GATEWAY.is_there,
        "texted_number": numbers.ending(texts.number_of(contact)),
        "passkeys": PortalPasskey.objects.filter(contact=contact).order_by("created_at"),
    }
    return render(request, "delivery/reports/portal_access.html", context, status=status)
