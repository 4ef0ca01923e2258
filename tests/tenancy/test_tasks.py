from contextlib import contextmanager

import pytest
from celery import current_app

from tenancy import services, source, versions
from tenancy.errors import TenantContextMissing
from tenancy.ids import uuid7
from tenancy.models import Job
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope, tenant_scope
from tenancy.source import Source
from tenancy.tasks import HEADER
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


def sent(task, *args, **options):
    """Headers and arguments of the message that the broker got, from a queue that nobody else reads."""
    queue = f"held-{uuid7().hex}"
    with current_app.connection_for_write() as broker:
        enqueued = task.apply_async(args, queue=queue, **options)
        with broker.SimpleQueue(queue) as held:
            message = held.get(timeout=5)
            message.ack()
    assert enqueued.id == message.headers["id"]
    given, named, _ = message.payload
    return message.headers, given, named


@contextmanager
def delivered(task, **headers):
    """What a worker does around a message."""
    task.push_request(id="7", **headers)
    try:
        yield task
    finally:
        task.pop_request()


def test_a_message_carries_its_clinic_and_its_request_beside_the_headers_it_was_given(clinic):
    with source.entered(Source(request="r1")):
        headers, given, named = sent(
            sample_tasks.take, "a-1", kwargs={"again": 2}, headers={"x": "y", HEADER: "forged"}
        )
    assert (headers[HEADER], headers["request"], headers["x"]) == (str(clinic.id), "r1", "y")
    assert (given, named) == (["a-1"], {"again": 2})


@pytest.mark.parametrize("task", [sample_tasks.take, sample_tasks.take_for_platform])
def test_ids_and_numbers_travel_and_nothing_else_does(clinic, task):
    longest = "a" * 64
    assert sent(task, longest, 7, None, True)[1] == [longest, 7, None, True]
    for arguments, named in (
        (["a" * 65], {}),
        ([""], {}),
        (["id\n"], {}),
        (["a-1", "Ada Byron"], {}),
        ([7, "Ada Byron"], {}),
        ([None, "Ada Byron"], {}),
        ([], {"name": "Ada Byron"}),
    ):
        with pytest.raises(TypeError, match="pass an id"):
            task.apply_async(arguments, named)


def test_a_task_for_everybody_travels_without_a_clinic():
    headers, given, _ = sent(sample_tasks.start_platform_job, "tick")
    assert (headers.get(HEADER), given) == (None, ["tick"])


def test_a_delivered_task_runs_for_its_clinic_and_answers(clinic, other_clinic):
    with tenant_scope(other_clinic.id):
        with delivered(sample_tasks.where, tenant_id=str(clinic.id), request="r1") as task:
            assert task() == (str(clinic.id), "r1", f"{task.name} 7")
        with delivered(sample_tasks.where, tenant_id=str(clinic.id)) as task:
            assert task() == (str(clinic.id), "", f"{task.name} 7")


def test_a_message_without_a_clinic_runs_nothing(clinic):
    job = services.start_job(kind="import", started_by="nurse")
    with delivered(sample_tasks.finish) as task, pytest.raises(TypeError, match="without a tenant"):
        task(str(job.id))
    assert Job.objects.get().status == "queued"


def test_nothing_runs_while_the_keys_of_its_clinic_are_off(clinic):
    job = services.start_job(kind="import", started_by="nurse")
    versions.switch_off(clinic.id)
    with delivered(sample_tasks.finish, tenant_id=str(clinic.id)) as task:
        assert task(str(job.id)) is None
        assert Job.objects.get().status == "queued"
        versions.switch_on(clinic.id)
        task(str(job.id))
    assert Job.objects.get().status == "succeeded"


def test_a_delivered_task_for_everybody_runs_for_no_customer(clinic):
    with delivered(sample_tasks.where_of_platform, request="r1") as task:
        assert task() == (str(PLATFORM_TENANT_ID), "r1", f"{task.name} 7")
