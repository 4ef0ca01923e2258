import os

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit import services as audit
from audit.models import AuditEvent
from tenancy import services as tenancy


def test_records_who_did_what_to_which_row(clinic, nurse):
    job = tenancy.start_job(kind="import", started_by=nurse.id)
    audit.record("job.started", actor=nurse, on=job, rows=12)
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.detail) == ("job.started", "done", {"rows": 12})
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("user", nurse.id, "Nora Nurse")
    assert (event.object_type, event.object_id) == ("tenancy.job", str(job.id))


def test_goes_with_the_change_when_that_is_rolled_back(clinic, nurse):
    with transaction.atomic():
        audit.record("job.started", actor=nurse)
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 0


def test_a_denial_outlives_the_rollback(clinic, nurse):
    with transaction.atomic():
        audit.record_denial("contacts.reveal", actor=nurse, reason="role")
        transaction.set_rollback(True)
    event = AuditEvent.objects.get()
    assert (event.outcome, event.detail) == ("denied", {"reason": "role"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET action = 'x'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
    ],
)
def test_runtime_role_cannot_change_the_trail(clinic, nurse, statement):
    audit.record("job.started", actor=nurse)
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().action == "job.started"


@pytest.mark.parametrize("change", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_even_a_superuser_meets_the_trigger(clinic, nurse, change):
    audit.record("job.started", actor=nurse)
    name = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as admin:
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            admin.execute(change.format("audit_auditevent"))
    assert AuditEvent.objects.get().action == "job.started"


def test_database_refuses_an_unknown_outcome(clinic):
    with pytest.raises(IntegrityError, match="audit_event_has_a_known_outcome"):
        AuditEvent.objects.create(
            action="x.y",
            outcome="maybe",
            actor_kind="system",
            actor_id="s",
            actor_name="s",
            detail={},
            leaf=b"{}",
        )
