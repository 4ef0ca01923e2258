import pytest

from tenancy import services, source
from tenancy.errors import TenantContextMissing
from tenancy.ids import uuid7
from tenancy.models import Job
from tenancy.scope import platform_scope, tenant_scope
from tenancy.source import Source
from tests.tenancy import sample_tasks
from tests.waiting import until


def test_a_task_works_in_the_scope_that_enqueued_it(celery_worker, clinic, other_clinic):
    mine = services.start_job(kind="import", started_by="nurse")
    with tenant_scope(other_clinic.id):
        theirs = services.start_job(kind="import", started_by="nurse")
        sample_tasks.finish.delay(str(mine.id))  # another tenant's row: not found there
        sample_tasks.finish.delay(str(theirs.id))
        until(lambda: Job.objects.filter(pk=theirs.pk, status="succeeded").exists())
    assert Job.objects.get(pk=mine.pk).status == "queued"
    sample_tasks.finish.delay(str(mine.id))
    until(lambda: Job.objects.filter(pk=mine.pk, status="succeeded").exists())


def test_a_platform_task_works_for_no_customer(celery_worker, clinic):
    name = f"tick-{uuid7().hex[:12]}"
    sample_tasks.start_platform_job.delay(name)
    with platform_scope():
        until(lambda: Job.objects.filter(kind=name).exists())
    assert not Job.objects.filter(kind=name).exists()


def test_a_task_knows_the_request_that_led_to_it(celery_worker, clinic):
    request = uuid7().hex
    with source.entered(Source(request=request, role="nurse")):
        sample_tasks.say_source.delay()
    until(lambda: Job.objects.filter(kind=request).exists())
    told = Job.objects.get(kind=request).started_by
    assert told.startswith("tests.tenancy.sample_tasks.say_source ")


def test_refuses_to_be_enqueued_outside_every_scope():
    with pytest.raises(TenantContextMissing):
        sample_tasks.finish.delay(str(uuid7()))


@pytest.mark.parametrize("argument", ["ada@harbormail.example", "Ada Byron", {"id": 1}, b"x"])
def test_refuses_arguments_that_are_not_ids(clinic, argument):
    with pytest.raises(TypeError, match="pass an id"):
        sample_tasks.finish.delay(argument)
