"""A newer version, the move to it, and the end of the older one."""

from datetime import timedelta

import pytest

from tenancy import clock, resealing, rotation, services, versions
from tenancy.fields import Sealed
from tenancy.keyring import current_keys
from tenancy.models import Job, SystemMail, WrappedKey
from tenancy.scope import current_tenant_id
from tenancy.versions import KeyNotChanged


@pytest.fixture
def mail(clinic):
    return services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})


def states():
    return [(v.number, str(v.key.state), v.values) for v in rotation.versions_of_tenant()]


def stored(version):
    return WrappedKey.objects.get(tenant=current_tenant_id(), purpose="seal", version=version)


def test_version_one_can_be_destroyed_and_everything_opens(clinic, mail):
    index = current_keys().blind_index("contact.email", "ada@harbormail.example")
    job = rotation.begin(started_by="owner")
    assert states() == [(2, "active", 0), (1, "decrypt_only", 2)]
    resealing.work_on(job.pk)
    assert states() == [(2, "active", 2), (1, "decrypt_only", 0)]
    with clock.at(clock.now() + timedelta(minutes=21)):
        assert rotation.destroy(1) == stored(1)
    assert states() == [(2, "active", 2), (1, "destroyed", 0)]
    assert SystemMail.objects.get().to == "ada@harbormail.example"
    assert current_keys().blind_index("contact.email", "ada@harbormail.example") == index


def test_a_version_stays_while_anything_may_need_it(clinic, mail):
    later = clock.now() + timedelta(minutes=21)
    with pytest.raises(KeyNotChanged, match="Only an older version"):
        rotation.destroy(1)
    job = rotation.begin(started_by="owner")
    with clock.at(later), pytest.raises(KeyNotChanged, match="2 values are still under"):
        rotation.destroy(1)
    resealing.work_on(job.pk)
    with pytest.raises(KeyNotChanged, match="Wait for 20 minutes"):
        rotation.destroy(1)
    with pytest.raises(KeyNotChanged, match="Only an older version"):
        rotation.destroy(7)
    assert WrappedKey.objects.filter(tenant=clinic.id, state="destroyed").count() == 0


def test_a_value_that_a_late_writer_left_keeps_its_version(clinic, mail):
    stale = current_keys()
    job = rotation.begin(started_by="owner")
    resealing.work_on(job.pk)
    late = stale.seal(b"late", table="tenancy_job", column="problem", row=job.pk)
    Job.objects.filter(pk=job.pk).update(problem=Sealed(late))
    with clock.at(clock.now() + timedelta(minutes=21)):
        with pytest.raises(KeyNotChanged, match="1 values are still under"):
            rotation.destroy(1)
        resealing.work_on(rotation.resume(started_by="owner").pk)
        rotation.destroy(1)
    assert Job.objects.get(pk=job.pk).problem == "late"


def test_one_job_at_a_time(clinic, mail):
    rotation.begin(started_by="owner")
    for start in (rotation.begin, rotation.resume):
        with pytest.raises(KeyNotChanged, match="moving to the newest version already"):
            start(started_by="owner")
    assert (Job.objects.count(), current_keys().newest) == (1, 2)


def test_jobs_of_another_kind_are_none_of_its_business(clinic, mail):
    services.start_job(kind="import", started_by="nurse")
    job = rotation.begin(started_by="owner")
    services.start_job(kind="import", started_by="nurse")
    assert rotation.last_job() == job


def test_the_last_job_is_the_one_that_began_last(clinic):
    with clock.at(clock.now() + timedelta(hours=1)):
        last = services.start_job(kind=resealing.JOB, started_by="owner")
    services.start_job(kind=resealing.JOB, started_by="owner")
    assert rotation.last_job() == last


def test_nothing_to_go_on_with_is_said(clinic, mail):
    with pytest.raises(KeyNotChanged, match="under the newest version already"):
        rotation.resume(started_by="owner")
    assert rotation.last_job().status == "succeeded"


def test_a_job_is_due_until_a_worker_holds_it(clinic, mail):
    job = rotation.begin(started_by="owner")
    assert (clinic.id, job.pk) in rotation.due()
    Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + resealing.LEASE)
    assert (clinic.id, job.pk) not in rotation.due()
    services.end_job(job, status=Job.Status.SUCCEEDED)
    assert (clinic.id, job.pk) not in rotation.due()


def test_a_version_without_values_has_no_end_before_it_is_followed(clinic):
    (version,) = rotation.versions_of_tenant()
    assert (version.gone_from_memory_at, version.may_be_destroyed) == (None, False)
    versions.add_version(clinic.id)
    assert rotation.versions_of_tenant()[1].gone_from_memory_at is not None


def test_an_empty_version_may_go_when_no_process_remembers_it(clinic):
    versions.add_version(clinic.id)
    older = rotation.versions_of_tenant()[1]
    gone = older.gone_from_memory_at
    assert gone == older.key.retired_at + timedelta(minutes=20)
    for moment, may_go in ((gone - timedelta(microseconds=1), False), (gone, True)):
        with clock.at(moment):
            assert older.may_be_destroyed is may_go
