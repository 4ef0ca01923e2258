"""A tenant's key is followed by a newer one; what the older ones sealed moves over; then they may go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from tenancy import clock, context, keyring, resealing, services, versions
from tenancy.models import Job, WrappedKey
from tenancy.scope import current_tenant_id
from tenancy.versions import KeyNotChanged

# A process may remember the older version so long, and no transaction outlives its context: after
# that nobody can still write a value under it.
REMEMBERED = timedelta(seconds=keyring.CACHE_SECONDS + context.LIFETIME_SECONDS)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the tenant's key, and how many values are under it."""

    key: WrappedKey
    values: int

    @property
    def number(self) -> int:
        return self.key.version

    @property
    def gone_from_memory_at(self) -> datetime | None:
        """When no process can seal with it any more."""
        return self.key.retired_at and self.key.retired_at + REMEMBERED

    @property
    def may_be_destroyed(self) -> bool:
        known_until = self.gone_from_memory_at
        return (
            self.key.state == WrappedKey.State.DECRYPT_ONLY
            and self.values == 0
            and known_until is not None
            and known_until <= clock.now()
        )


def versions_of_tenant() -> list[Version]:
    """Newest first, counted over every sealed column: on a large tenant this takes a while."""
    under: dict[int, int] = {}
    for by_version in resealing.counts().values():
        for number, values in by_version.items():
            under[number] = under.get(number, 0) + values
    keys = WrappedKey.objects.filter(tenant=current_tenant_id(), purpose=WrappedKey.Purpose.SEAL)
    return [Version(key, under.get(key.version, 0)) for key in keys.order_by("-version")]


def last_job() -> Job | None:
    return Job.objects.filter(kind=resealing.JOB).order_by("created_at").last()


def begin(*, started_by: str) -> Job:
    """A new version seals from now on; the job moves everything over. Raises KeyNotChanged."""
    _refuse_second_job()
    versions.add_version(current_tenant_id())
    return _start(started_by)


def resume(*, started_by: str) -> Job:
    """Go on with what a stopped job left. Raises KeyNotChanged if nothing is left."""
    _refuse_second_job()
    job = _start(started_by)
    if job.total == 0:
        services.end_job(job, status=Job.Status.SUCCEEDED)
        raise KeyNotChanged("Every value is under the newest version already.")
    return job


def destroy(number: int) -> WrappedKey:
    """Destroy an older version for good. Raises KeyNotChanged while anything may need it."""
    found = [version for version in versions_of_tenant() if version.number == number]
    if not found or found[0].key.state != WrappedKey.State.DECRYPT_ONLY:
        raise KeyNotChanged("Only an older version that still opens values can be destroyed.")
    version = found[0]
    if version.values:
        raise KeyNotChanged(
            f"{version.values} values are still under this version. Move them first."
        )
    if not version.may_be_destroyed:
        raise KeyNotChanged("A process may still remember this version. Wait for 20 minutes.")
    versions.destroy(version.key)
    return version.key


def due() -> list[tuple[UUID, UUID]]:
    """Tenants with a job that no worker holds, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, job_id FROM kernel.due_reseals()")
        return list(cursor.fetchall())


def _refuse_second_job() -> None:
    job = last_job()
    if job is not None and job.is_open:
        raise KeyNotChanged("Values are moving to the newest version already.")


def _start(started_by: str) -> Job:
    return services.start_job(kind=resealing.JOB, started_by=started_by, total=resealing.left())
