"""Tasks that only the tests' worker knows."""

from celery import shared_task

from tenancy import services, source
from tenancy.models import Job
from tenancy.scope import current_tenant_id
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=TenantTask)
def finish(job_id: str) -> None:
    services.end_job(Job.objects.get(pk=job_id), status=Job.Status.SUCCEEDED)


@shared_task(base=TenantTask)
def fail_over_a_person(job_id: str) -> None:
    person = "Quennell-canary"
    services.start_job(kind="failing", started_by=job_id)
    raise ValueError(f"{person} of {job_id} cannot be read")


@shared_task(base=PlatformTask)
def start_platform_job(name: str) -> None:
    services.start_job(kind=name, started_by="beat")


@shared_task(base=TenantTask)
def say_source() -> None:
    here = source.current()
    services.start_job(kind=here.request, started_by=here.task[:60])


@shared_task(base=TenantTask)
def where() -> tuple[str, str, str]:
    return str(current_tenant_id()), source.current().request, source.current().task


@shared_task(base=PlatformTask)
def where_of_platform() -> tuple[str, str, str]:
    return str(current_tenant_id()), source.current().request, source.current().task


@shared_task(base=TenantTask)
def take(*given: object, **named: object) -> None: ...


@shared_task(base=PlatformTask)
def take_for_platform(*given: object, **named: object) -> None: ...
