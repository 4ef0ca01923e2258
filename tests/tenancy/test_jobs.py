import pytest

from tenancy import services
from tenancy.models import Job


def test_reports_progress_until_somebody_asks_to_stop(clinic):
    job = services.start_job(kind="import", started_by="nurse", total=200)
    assert services.advance_job(job, done=50)
    assert (job.status, job.percent) == ("running", 25)
    services.cancel_job(job)
    assert not services.advance_job(job, done=100)


def test_refuses_to_stop_what_has_ended(clinic):
    job = services.start_job(kind="import", started_by="nurse")
    services.end_job(job, status=Job.Status.SUCCEEDED)
    with pytest.raises(services.JobEnded):
        services.cancel_job(job)
    assert Job.objects.get().cancel_requested_at is None


def test_refuses_a_second_workspace_at_the_same_address(clinic):
    with pytest.raises(services.TenantNotCreated, match="Choose another address"):
        services.create_tenant(name="Copy", slug=clinic.slug)
