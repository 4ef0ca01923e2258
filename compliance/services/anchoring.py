"""Checkpoints of the audit log leave once a day for the people and the system that keep them."""

from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from audit import anchoring
from audit import services as audit
from audit.models import Anchor, Anchoring
from audit.services import SYSTEM
from tenancy import clock
from tenancy import services as tenancy
from tenancy.fetch import Door
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id


def send_due(door: Door) -> None:
    """Send today's checkpoint by each way that is due."""
    ways = Anchoring.objects.first()
    now = clock.now()
    if ways is None:
        return
    if ways.mail_due_at and ways.mail_due_at <= now:
        mail(ways)
    if ways.webhook_due_at and ways.webhook_due_at <= now:
        anchoring.post(ways, door)


def mail(ways: Anchoring) -> Anchor:
    """The newest checkpoint to every compliance officer. It holds no health information."""
    checkpoint = anchoring.fresh_checkpoint()
    with transaction.atomic():
        context = {
            "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
            "size": checkpoint.size,
            "note": checkpoint.note,
            "link": url_on("staff", reverse("compliance:integrity", "config.urls.staff")),
        }
        officers = Membership.objects.filter(role=Role.COMPLIANCE_OFFICER, status="active")
        addresses = list(officers.values_list("user__email", flat=True))
        for address in addresses:
            tenancy.queue_system_mail(to=address, kind="checkpoint", context=context)
        problem = "" if addresses else "nobody_to_mail"
        anchor = anchoring.keep(checkpoint, Anchor.Way.MAIL, problem=problem)
        ways.mail_due_at = clock.now() + anchoring.EVERY
        ways.save(update_fields=["mail_due_at"])
        audit.record("checkpoint.mailed", actor=SYSTEM, on=checkpoint, people=len(addresses))
    return anchor
