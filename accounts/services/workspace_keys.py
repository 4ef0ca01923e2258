"""Keys of a workspace: exchanged by its people, switched off and on by the operator. All is audited."""

from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from tenancy import rotation, versions
from tenancy import services as tenancy
from tenancy.models import Job, Tenant
from tenancy.scope import platform_scope, tenant_scope


@transaction.atomic
def rotate(*, actor: Actor) -> Job:
    """A new version for the workspace of the scope. Raises KeyNotChanged."""
    job = rotation.begin(started_by=actor.id)
    audit.record("keys.rotated", actor=actor, on=job, values=job.total)
    return job


@transaction.atomic
def resume(*, actor: Actor) -> Job:
    """Raises KeyNotChanged if there is nothing to go on with."""
    job = rotation.resume(started_by=actor.id)
    audit.record("keys.move_resumed", actor=actor, on=job, values=job.total)
    return job


@transaction.atomic
def stop(job: Job, *, actor: Actor) -> None:
    """The work ends after its page. Raises JobEnded."""
    tenancy.cancel_job(job)
    audit.record("keys.move_stopped", actor=actor, on=job)


@transaction.atomic
def destroy(version: int, *, actor: Actor) -> None:
    """Raises KeyNotChanged while anything may need the version."""
    audit.record("keys.version_destroyed", actor=actor, version=version)
    rotation.destroy(version)


def switch_off(tenant_id: UUID, *, reason: str, actor: Actor) -> None:
    """Nothing of the workspace can be read or sent any more. Raises KeyNotChanged."""
    tenant = _tenant(tenant_id)
    if versions.are_off(tenant_id):
        raise versions.KeyNotChanged("These keys are switched off already.")
    with tenant_scope(tenant_id), transaction.atomic():
        # Last, as nothing can be written there afterwards; first both sides would know of nothing.
        audit.record("keys.switched_off", actor=actor, on=tenant, reason=reason)
        versions.switch_off(tenant_id)
    with platform_scope():
        audit.record("keys.switched_off", actor=actor, on=tenant, reason=reason)


def switch_on(tenant_id: UUID, *, reason: str, actor: Actor) -> None:
    """Work goes on where it stopped. Raises KeyNotChanged."""
    tenant = _tenant(tenant_id)
    with platform_scope(), transaction.atomic():
        audit.record("keys.switched_on", actor=actor, on=tenant, reason=reason)
        versions.switch_on(tenant_id)
    with tenant_scope(tenant_id):
        audit.record("keys.switched_on", actor=actor, on=tenant, reason=reason)


def _tenant(tenant_id: UUID) -> Tenant:
    with platform_scope():
        return Tenant.objects.get(pk=tenant_id)
