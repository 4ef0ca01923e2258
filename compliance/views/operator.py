"""The platform operator's part: countersigning.

An operator belongs to no workspace and sees nothing inside one, except an agreement that waits for
the platform's signature. These are the only views that enter a tenant's scope by themselves.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import SignedInRequest, address_of
from accounts.permissions import requires
from compliance import queries
from compliance import services as compliance
from compliance.agreement_text import clauses
from compliance.forms import CountersignForm
from compliance.models import Agreement
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class Waiting:
    tenant: Tenant
    agreement: Agreement


@requires("operator.tenants")
@require_GET
def agreements(request: SignedInRequest) -> HttpResponse:
    found = map(_waiting, queries.tenants_to_countersign())
    waiting = [one for one in found if one is not None]
    return render(request, "compliance/to_countersign.html", {"waiting": waiting})


@requires("operator.tenants", step_up=True)
@require_http_methods(["GET", "POST"])
def countersign(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    waiting = _waiting(tenant_id)
    if waiting is None:
        raise Http404
    form = CountersignForm(request.POST or None)
    if form.is_valid():
        signature = compliance.Signature(
            request.user.name, form.cleaned_data["title"], address_of(request), request.actor
        )
        try:
            with tenant_scope(tenant_id):
                compliance.countersign(waiting.agreement, signature)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The agreement with {waiting.tenant.name} is in force.")
            return redirect("agreements:list")
    context = {"waiting": waiting, "form": form, "clauses": clauses(waiting.agreement.text)}
    status = 422 if form.errors else 200
    return render(request, "compliance/countersign.html", context, status=status)


def _waiting(tenant_id: UUID) -> Waiting | None:
    """None if nobody of the tenant signed, or somebody countersigned in the meantime."""
    tenant = get_object_or_404(Tenant, pk=tenant_id)
    with tenant_scope(tenant_id):
        agreement = queries.waiting_agreement()
    return Waiting(tenant, agreement) if agreement else None
