"""A check by the service itself says what the verifier would say. Each finding has its positive control."""

import pytest

from audit import checking, sequencing
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import Job
from tests.audit.exports import superuser, write_events

THIRD = "(SELECT id FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq = 2)"
CHANGES = {
    "a column": (
        "UPDATE audit_auditevent SET actor_name = 'Nobody' WHERE id = THIRD",
        "Event 2 was altered: actor_name differs from its leaf.",
    ),
    "a detail": (
        "UPDATE audit_auditevent SET detail = set_byte(detail, 20, 1) WHERE id = THIRD",
        "Event 2 was altered: its detail does not open.",
    ),
    "a whole event": (
        "DELETE FROM audit_auditevent WHERE id = THIRD",
        "Event 2 is missing.",
    ),
    "a leaf": (
        "DELETE FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq = 2",
        "Place 2 of the tree is empty.",
    ),
    "a checkpoint": (
        """UPDATE audit_checkpoint SET note = replace(note, E'\\n5\\n', E'\\n4\\n')
        WHERE tenant_id = %(tenant)s AND size = 5""",
        "The checkpoint of size 5 has no good signature",
    ),
    "the end": (
        """DELETE FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq >= 4;
        UPDATE audit_tree SET size = 4, signed_size = 4 WHERE tenant_id = %(tenant)s;
        DELETE FROM audit_auditevent e WHERE tenant_id = %(tenant)s
            AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.id = e.id)""",
        "6 events were signed, and 4 are left.",
    ),
}


def checked(actor) -> Job:
    job = checking.start(actor=actor)
    checking.work_on(job.pk)
    job.refresh_from_db()
    return job


def test_an_untouched_log_holds(clinic, nurse):
    write_events(nurse)
    job = checked(nurse)
    assert (job.status, job.done, job.problem) == ("succeeded", 6, None)
    event = AuditEvent.objects.get(action="audit.checked")
    assert event.detail == {"events": 6, "disposed": 0, "findings": 0}


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_superuser_did_is_named(clinic, nurse, what, monkeypatch):
    write_events(nurse)
    sequencing.catch_up()
    job = checking.start(actor=nurse)
    sequencing.catch_up()
    monkeypatch.setattr(sequencing, "catch_up", lambda: None)
    statements, sentence = CHANGES[what]
    with superuser() as admin:
        for statement in statements.split(";"):
            admin.execute(statement.replace("THIRD", THIRD), {"tenant": clinic.id})
    checking.work_on(job.pk)
    job.refresh_from_db()
    assert job.status == "failed"
    assert job.problem.splitlines()[0].startswith(sentence)


def test_an_event_past_the_tree_is_named(clinic, nurse):
    (event,) = write_events(nurse, 1)
    with superuser() as admin:
        admin.execute("DELETE FROM audit_pendingleaf WHERE id = %s", [event.pk])
    job = checked(nurse)
    assert job.problem == f"Event {event.pk} was put in past the tree."


def test_one_check_runs_at_a_time(clinic, nurse):
    job = checking.start(actor=nurse)
    with pytest.raises(checking.CheckUnderWay):
        checking.start(actor=nurse)
    assert Job.objects.get() == job


def test_a_check_waits_until_no_worker_holds_it(clinic, nurse):
    job = checking.start(actor=nurse)
    assert (clinic.id, job.pk) in checking.due()
    Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + checking.LEASE)
    assert (clinic.id, job.pk) not in checking.due()
    checking.work_on(job.pk)
    job.refresh_from_db()
    assert job.is_open
