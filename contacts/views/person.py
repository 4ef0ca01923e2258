"""One person: verdicts, attributes by class, consent, timeline."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest, address_of
from accounts.permissions import may, requires
from compliance.purposes import Purpose
from contacts import queries, services
from contacts.fields import IDENTITY, Field, PhiClass, Value
from contacts.forms import ConsentForm, RevealForm, beginning_of
from contacts.models import ConsentRecord, Contact, PersonCertificate
from contacts.queries.timeline import timeline
from contacts.views import showing
from contacts.views.people import form_page
from tenancy.errors import DomainError

VIEWS = ("timeline", "consent")


@dataclass(frozen=True)
class Group:
    """Fields of one class, with this person's values; None where nothing is known."""

    phi_class: PhiClass
    title: str
    values: list[tuple[Field, Value | None]]
    is_seen: bool


TITLES = {
    PhiClass.NONE: "General",
    PhiClass.LIMITED: "About the person",
    PhiClass.PHI: "Health and care",
    PhiClass.SPECIAL: "Specially protected",
}


@requires("contacts.view")
@require_GET
def detail(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    return page(request, contact, RevealForm())


@requires("contacts.reveal", step_up=True)
@require_POST
def reveal(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return page(request, contact, form)
    try:
        services.reveal(
            contact, reason=form.sentence, classes=showing.classes(request), actor=request.actor
        )
    except DomainError as error:
        return page(request, contact, RevealForm(), problem=str(error))
    return redirect("contacts:detail", contact.pk)


@requires("contacts.reveal")
@require_POST
def hide(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    showing.end(request, contact)
    return redirect("contacts:detail", contact.pk)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def consent(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=contact_id)
    form = ConsentForm(request.POST or None)
    if form.is_valid():
        try:
            record(request, contact, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is recorded and takes effect at once.")
            return redirect("contacts:detail", contact.pk)
    context = {"contact": contact, **showing.show(request, contact)}
    return form_page(request, "contacts/consent.html", form, **context)


def record(request: SignedInRequest, contact: Contact, form: ConsentForm) -> None:
    """What the form says, as a row of the ledger."""
    said = form.cleaned_data
    evidence = services.Evidence(
        source=said["source"],
        wording=said["wording"],
        kept=said["kept"],
        address=address_of(request),
        last_day=said["last_day"],
        said_at=beginning_of(said["said_on"]),
    )
    if form.is_withdrawal:
        services.withdraw(
            contact, purposes=[said["purpose"]], evidence=evidence, actor=request.actor
        )
    else:
        services.record_consent(
            contact,
            purpose=said["purpose"],
            kind=said["state"],
            evidence=evidence,
            actor=request.actor,
        )


def page(
    request: SignedInRequest, contact: Contact, form: RevealForm, *, problem: str = ""
) -> HttpResponse:
    (person,) = queries.people([contact.pk])
    reaches = queries.reachability(person)
    by_purpose = {reach.purpose: reach for reach in reaches}
    view = request.GET.get("view", VIEWS[0])
    context = {
        "contact": contact,
        "person": person,
        "care": by_purpose[Purpose.APPOINTMENT],
        "marketing": by_purpose[Purpose.MARKETING],
        "reaches": reaches,
        "groups": groups(person, showing.classes(request)),
        "view": view if view in VIEWS else VIEWS[0],
        "days": timeline(contact),
        "certificate": PersonCertificate.objects.filter(contact=contact).first(),
        "may_erase": may(request, "contacts.erase"),
        "may_see_messages": may(request, "reports.people"),
        "ledger": ConsentRecord.objects.filter(contact_id=contact.pk).order_by("-recorded_at"),
        "form": form,
        "problem": problem,
        **showing.show(request, contact),
    }
    status = 422 if form.errors or problem else 200
    return render(request, "contacts/detail.html", context, status=status)


def groups(person: queries.Person, seen: list[str]) -> list[Group]:
    """Identity first, then the tenant's fields by class; a class without fields is left out."""
    identity = [each for each in IDENTITY if each.key not in {"given_name", "family_name"}]
    found = [
        Group(
            PhiClass.LIMITED,
            "Identity",
            [(e, person.identity.get(e.key)) for e in identity],
            is_seen=True,
        )
    ]
    schema = queries.schema()
    for phi_class, title in TITLES.items():
        fields = [each for each in schema if each.phi_class == phi_class]
        if fields:
            values = [(each, person.attributes.get(each.key)) for each in fields]
            is_seen = phi_class != PhiClass.SPECIAL or "special" in seen
            found.append(Group(phi_class, title, values, is_seen))
    return found
