"""What is stored of the audit log does not hold: its people hear of it, the platform's log too, and it is checked."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import PERMISSIONS
from audit import checking
from audit import services as audit
from audit.models import AuditEvent
from audit.services import SYSTEM
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id, platform_scope

# Whoever asks for proofs again and again tells nobody more than the first one.
SAID_FOR = timedelta(days=1)


def tell(problem: str) -> None:
    """Say what was found where a proof was refused, once a day while it lasts. Not for an open transaction."""
    lately = AuditEvent.objects.filter(
        action="audit.damage_found", recorded_at__gt=clock.now() - SAID_FOR
    )
    if lately.exists():
        return
    with suppress(checking.CheckUnderWay):
        checking.start(actor=SYSTEM)
    workspace = Tenant.objects.get(pk=current_tenant_id())
    with transaction.atomic():
        audit.record("audit.damage_found", actor=SYSTEM, problem=problem)
        _mail(workspace)
    with platform_scope():
        audit.record("audit.damage_found", actor=SYSTEM, on=workspace, problem=problem)


def _mail(workspace: Tenant) -> None:
    link = url_on("staff", reverse("compliance:integrity", "config.urls.staff"))
    answering = Membership.objects.select_related("user").filter(
        role__in=PERMISSIONS["audit.edit"], status=Membership.Status.ACTIVE
    )
    for member in answering.order_by("pk"):
        context = {"workspace": workspace.name, "link": link}
        tenancy.queue_system_mail(to=member.user.email, kind="log_damaged", context=context)
