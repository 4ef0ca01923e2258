"""A task message that names another clinic's work, or no clinic at all, does nothing to anybody.

Generated from the registered tasks: a new one is covered the day it is added.
"""

import inspect
import json
from contextlib import contextmanager

import pytest
from django.core.exceptions import ObjectDoesNotExist

from audit import checking, sequencing
from config.celery import app
from contacts.models import ImportRun
from contacts.services import imports
from delivery import doors
from tenancy import resealing, services
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tenancy.tasks import HEADER, PlatformTask, TenantTask
from tests.factories.campaigns import MARKETER
from tests.security import witness
from tests.security import world as worlds
from tests.security.marks import Marks
from tests.security.test_declared import load_task_modules

load_task_modules()
TASKS = {
    name: task
    for name, task in app.tasks.items()
    if name.partition(".")[0] not in {"celery", "tests"}
}
OF_TENANTS = sorted(name for name, task in TASKS.items() if isinstance(task, TenantTask))
OF_PLATFORM = sorted(name for name, task in TASKS.items() if isinstance(task, PlatformTask))
# For the platform, as the last steps come after the workspace's keys are gone.
DESTROYS = "compliance.tasks.destroy_workspace"
# Tasks whose work waits in each of the worlds.
AT_WORK = {"contacts.tasks.work_on_import", "accounts.tasks.reseal", "audit.tasks.check_log"}
# Kinds of ids that tasks take, by the names of their parameters.
NAMED = {"run_id": "run_id", "export_id": "export_id", "job_id": "job_id", "slot": "slot"}


@pytest.fixture(scope="module")
def marked(_database):
    """The clinic whose work is named."""
    world = worlds.build("Fir Street Clinic", Marks())
    with_jobs(world)
    sequencing.catch_up()  # else a task that needs the audit trees gives waiting events their places
    return world


@pytest.fixture(scope="module")
def mine(harbor):
    with_jobs(harbor)
    return harbor


def with_jobs(world):
    """Its checked import begins, and pieces of each kind of long work wait."""
    with tenant_scope(world.tenant.id):
        imports.start(ImportRun.objects.get(pk=world.ids["run_id"][-1]), actor=MARKETER)
        kinds = (resealing.JOB, checking.JOB, "import")
        world.ids["job_id"] = [services.start_job(kind=kind, started_by="x").pk for kind in kinds]
    world.ids["slot"] = [0]


@pytest.fixture(autouse=True)
def _nobody_to_send_to(settings, tmp_path):
    zone = tmp_path / "zone.json"
    zone.write_text(json.dumps({"mx": {}, "a": {}, "txt": {}, "tlsa": {}}))
    settings.DELIVERY_ZONE_FILE, settings.DELIVERY_JOURNAL_DIR = str(zone), str(tmp_path)
    for door in (doors.dns, doors.transport):
        door.cache_clear()
    yield
    for door in (doors.dns, doors.transport):
        door.cache_clear()


@contextmanager
def message(task, **headers):
    """As if a worker had taken the task out of the broker with these headers."""
    task.push_request(id=str(uuid7()), **headers)
    try:
        yield task
    finally:
        task.pop_request()


def calls(task, world):
    """One for each object of the clinic that the task could be asked to work on."""
    names = list(inspect.signature(task.run).parameters)
    return [[str(one)] for one in world.ids[NAMED[names[0]]]] if names else [[]]


def run(name, of, header):
    """What the task told when it was asked, for each object of a clinic."""
    told = []
    for arguments in calls(TASKS[name], of):
        given = [int(one) if one.isdecimal() else one for one in arguments]
        with message(TASKS[name], **header) as task:
            try:
                told.append(task(*given))
            except (ObjectDoesNotExist, TypeError, ValueError) as refusal:
                told.append(str(refusal))
    return told


@pytest.mark.parametrize("name", OF_TENANTS)
def test_work_of_another_clinic_is_not_found(name, mine, marked):
    before = witness.rows_of(marked.tenant.id)
    told = run(name, marked, {HEADER: str(mine.tenant.id)})
    assert marked.mark.found_in(str(told)) == []
    assert witness.changed(before, witness.rows_of(marked.tenant.id)) == []


@pytest.mark.parametrize("name", OF_TENANTS)
@pytest.mark.parametrize("header", [{}, {HEADER: "garbage"}, {HEADER: str(uuid7())}])
def test_a_message_of_no_clinic_does_nothing(name, header, marked):
    before = witness.rows_of(marked.tenant.id)
    told = run(name, marked, header)
    assert all(one is None or "without a tenant" in one or "badly formed" in one for one in told)
    assert witness.changed(before, witness.rows_of(marked.tenant.id)) == []


def test_ticks_take_nothing_that_could_name_a_clinic():
    named = {name for name in OF_PLATFORM if inspect.signature(TASKS[name].run).parameters}
    assert named == {DESTROYS}


def test_the_one_that_names_a_clinic_destroys_none_that_goes_on(marked):
    before = witness.rows_of(marked.tenant.id)
    with message(TASKS[DESTROYS]) as task:
        assert task(str(marked.tenant.id)) is None
    assert witness.changed(before, witness.rows_of(marked.tenant.id)) == []


def test_its_own_work_is_found(mine):
    """The positive control: tasks that find nothing at all would pass."""
    done = {}
    for name in OF_TENANTS:
        before = witness.rows_of(mine.tenant.id)
        run(name, mine, {HEADER: str(mine.tenant.id)})
        done[name] = witness.changed(before, witness.rows_of(mine.tenant.id))
    idle = [name for name, tables in done.items() if not tables]
    print(f"\n{len(OF_TENANTS)} tasks of clinics, {len(idle)} had nothing to do: {idle}")  # noqa: T201
    assert AT_WORK.isdisjoint(idle)
