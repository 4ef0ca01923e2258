"""What the service does for every tenant: workspaces, jobs, system mail."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tenancy import clock, versions
from tenancy.errors import DomainError
from tenancy.models import Job, SystemMail, Tenant
from tenancy.scope import platform_scope


class TenantNotCreated(DomainError):
    """A workspace with this address exists already."""


class JobEnded(DomainError):
    """The job has ended; there is nothing to stop."""


def create_tenant(*, name: str, slug: str) -> Tenant:
    """A new workspace with a key of its own. Raises TenantNotCreated if `slug` is taken."""
    with platform_scope(), transaction.atomic():
        if Tenant.objects.filter(slug=slug).exists():
            raise TenantNotCreated("A workspace with this address exists. Choose another address.")
        tenant = Tenant.objects.create(name=name, slug=slug)
        versions.create_keys(tenant.id)
    return tenant


def start_job(*, kind: str, started_by: str, total: int = 0) -> Job:
    return Job.objects.create(kind=kind, started_by=started_by, total=total)


def advance_job(job: Job, *, done: int, total: int | None = None) -> bool:
    """Store progress. False when somebody asked to stop: the caller ends the work cleanly."""
    changes: dict[str, Any] = {"done": done, "status": Job.Status.RUNNING}
    if total is not None:
        changes["total"] = total
    Job.objects.filter(pk=job.pk, status__in=Job.OPEN).update(**changes)
    job.refresh_from_db()
    return job.is_open and job.cancel_requested_at is None


def end_job(job: Job, *, status: Job.Status, problem: str | None = None) -> Job:
    job.status = status
    job.problem = problem
    job.ended_at = clock.now()
    job.save(update_fields=["status", "problem", "ended_at"])
    return job


@transaction.atomic
def cancel_job(job: Job) -> Job:
    """Ask the work to stop at its next step. Raises JobEnded."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.is_open:
        raise JobEnded("This job has already ended.")
    job.cancel_requested_at = clock.now()
    job.save(update_fields=["cancel_requested_at"])
    return job


def queue_system_mail(*, to: str, kind: str, context: dict[str, Any]) -> SystemMail:
    """Mail of the service itself; delivery sends it. `kind` names the template."""
    return SystemMail.objects.create(to=to, kind=kind, context=context)


def record_system_mail_attempt(
    mail: SystemMail, *, status: SystemMail.Status, due_at: datetime | None
) -> None:
    """Note how a try ended; `due_at` is when to try again, if at all."""
    sent_at = clock.now() if status == SystemMail.Status.SENT else None
    SystemMail.objects.filter(pk=mail.pk).update(
        status=status,
        sent_at=sent_at,
        due_at=due_at or mail.due_at,
        attempts=F("attempts") + 1,
    )
