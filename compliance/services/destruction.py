"""Destroying a workspace: rows, then keys, then a signed certificate. Killed anywhere, it goes on.

Each step asks what is left to do, so that whoever follows a worker that died begins where that one was:
the order in the keys database comes before the first row goes, the keys go after the last event is in
the tree, and the status says that all is done in the transaction that queues the certificate's mail.
"""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit import sequencing
from audit import services as audit
from audit.models import AuditEvent
from audit.services import SYSTEM
from compliance import destruction_certificate as certificates
from compliance import holding
from compliance.models import Ending
from compliance.services import ending as endings
from tenancy import clock, destroying, versions
from tenancy import services as tenancy
from tenancy.models import DestructionOrder, Job, Tenant, TenantModel
from tenancy.origins import url_on
from tenancy.scope import platform_scope, tenant_scope

JOB = "workspace.destroy"
LEASE = timedelta(seconds=120)
# They say how far it is, so they go when it is done.
LAST: tuple[type[TenantModel], ...] = (Ending, Job)
DONE = "workspace.destroyed"


def work_on(tenant_id: UUID) -> None:
    """Destroy what is left of a workspace whose time has come, if no other worker is at it."""
    with tenant_scope(tenant_id):
        ending = _claim()
        tenant = endings.workspace()
        if tenant.status == Tenant.Status.ENDING and ending is not None:
            _begin(tenant, ending)
        elif tenant.status != Tenant.Status.DESTROYING:
            return
        if ending is not None:
            _finish_rows(tenant, ending)
        elif Ending.objects.exists():
            return
    _tell(tenant_id)


def _finish_rows(tenant: Tenant, ending: Ending) -> None:
    told = [str(owner.user_id) for owner in endings.owners()]
    DestructionOrder.objects.get_or_create(tenant=tenant.pk, defaults={"told": told})
    for model in destroying.going():
        while model not in LAST and _page(ending, model):
            pass
    _close_log(ending)
    versions.destroy_all(tenant.pk)
    _certify(tenant.pk)
    with transaction.atomic():
        for model in LAST:
            while destroying.destroy_page(model):
                pass


def _claim() -> Ending | None:
    now = clock.now()
    with transaction.atomic():
        open_ones = Ending.objects.select_for_update(skip_locked=True).filter(closed_at=None)
        ending = open_ones.exclude(lease_expires_at__gt=now).exclude(decided_at=None).first()
        if ending is not None:
            Ending.objects.filter(pk=ending.pk).update(lease_expires_at=now + LEASE)
    return ending


@transaction.atomic
def _begin(tenant: Tenant, ending: Ending) -> None:
    """From here nobody can sign in, undo it or place a hold. The database asks the same once more."""
    now = clock.now()
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if ending.destroy_at is None or now < ending.destroy_at or holding.in_force().exists():
        raise endings.NotEnded("It is not time to destroy this workspace.")
    total = sum(model.objects.count() for model in destroying.going())
    ending.job = tenancy.start_job(kind=JOB, started_by=SYSTEM.id, total=total + 1)
    ending.destroying_since = now
    ending.save(update_fields=["job", "destroying_since"])
    tenant.status = Tenant.Status.DESTROYING
    tenant.save(update_fields=["status"])
    audit.record("workspace.destruction_begun", actor=SYSTEM, on=tenant, rows=total)


def _page(ending: Ending, model: type[TenantModel]) -> bool:
    with transaction.atomic():
        removed: dict[str, int] = (
            Ending.objects.select_for_update().values_list("removed", flat=True).get(pk=ending.pk)
        )
        gone = destroying.destroy_page(model)
        removed[model._meta.label] = removed.get(model._meta.label, 0) + gone
        Ending.objects.filter(pk=ending.pk).update(
            removed=removed, lease_expires_at=clock.now() + LEASE
        )
        Job.objects.filter(kind=JOB).update(done=sum(removed.values()), status=Job.Status.RUNNING)
    return bool(gone)


def _close_log(ending: Ending) -> None:
    """The last event of the workspace, in its tree and signed, while it can still be sealed."""
    tenant = endings.workspace()
    if not AuditEvent.objects.filter(action=DONE).exists():
        removed = Ending.objects.values_list("removed", flat=True).get(pk=ending.pk)
        audit.record(DONE, actor=SYSTEM, on=tenant, removed=removed)
    sequencing.catch_up()


def _certify(tenant_id: UUID) -> None:
    order = DestructionOrder.objects.get(pk=tenant_id)
    if order.certificate:
        return
    # Not its sealed reason: no key opens that any more.
    ending = Ending.objects.defer("reason").get(closed_at=None)
    removed = {table: rows for table, rows in ending.removed.items() if rows}
    removed |= {model._meta.label: model.objects.count() for model in LAST}
    document = certificates.signed(certificates.body(endings.workspace(), ending, removed))
    DestructionOrder.objects.filter(pk=tenant_id, certificate="").update(
        certificate=document, certified_at=clock.now()
    )


def _tell(tenant_id: UUID) -> None:
    """The owners get the certificate, once; the platform's log keeps its hash."""
    order = DestructionOrder.objects.get(pk=tenant_id)
    with platform_scope(), transaction.atomic():
        tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        if tenant.status != Tenant.Status.DESTROYING:
            return
        tenant.status = Tenant.Status.DESTROYED
        tenant.save(update_fields=["status"])
        context = {
            "workspace": tenant.name,
            "certificate": order.certificate,
            "link": url_on("staff", "/"),
        }
        for owner in User.objects.filter(pk__in=order.told).order_by("pk"):
            tenancy.queue_system_mail(to=owner.email, kind="workspace_destroyed", context=context)
        digest = hashlib.sha256(order.certificate.encode()).hexdigest()
        audit.record(DONE, actor=SYSTEM, on=tenant, sha256=digest)
