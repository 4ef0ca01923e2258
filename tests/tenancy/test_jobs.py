from datetime import timedelta

import pytest

from tenancy import clock, services
from tenancy.models import Job, SystemMail


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


@pytest.mark.parametrize("status", ["sent", "queued"])
def test_each_try_to_send_a_mail_of_ours_is_counted(clinic, status):
    now = clock.now()
    with clock.at(now):
        mail = services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
        services.record_system_mail_attempt(mail, status=SystemMail.Status(status), due_at=None)
        later = now + timedelta(hours=1)
        services.record_system_mail_attempt(mail, status=SystemMail.Status(status), due_at=later)
    kept = SystemMail.objects.get()
    assert (kept.status, kept.attempts, kept.due_at) == (status, 2, later)
    assert kept.sent_at == (now if status == "sent" else None)
