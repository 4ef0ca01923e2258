"""Every sealed value comes under the newest version, and nothing else changes."""

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import Error

from audit import services as audit
from audit.models import AuditEvent
from tenancy import clock, resealing, services, versions
from tenancy.fields import SealedField
from tenancy.keyring import current_keys
from tenancy.models import Job, SystemMail, TenantModel
from tenancy.resealing import Column, Page
from tenancy.scope import tenant_scope
from tests.security.witness import superuser


def mails(count):
    return [
        services.queue_system_mail(to=f"p{n}@harbormail.example", kind="notice", context={"n": n})
        for n in range(count)
    ]


def begin(tenant):
    versions.add_version(tenant.id)
    return services.start_job(kind=resealing.JOB, started_by="owner", total=resealing.left())


def test_every_sealed_column_of_the_models_is_covered_and_nothing_else():
    """The door's role may change exactly what the models call sealed."""
    with superuser() as admin:
        granted = admin.execute(
            "SELECT table_name, column_name FROM information_schema.column_privileges "
            "WHERE grantee = 'sealpost_resealer' AND privilege_type = 'UPDATE'"
        ).fetchall()
    assert {Column(*row) for row in granted} == set(resealing.columns())
    assert len(resealing.columns()) >= 35


def test_every_sealed_column_is_in_a_table_of_tenants():
    assert [
        model._meta.label
        for model in apps.get_models()
        if any(isinstance(field, SealedField) for field in model._meta.get_fields())
        and not issubclass(model, TenantModel)
    ] == []


def test_a_finished_job_leaves_no_value_under_an_older_version(clinic, other_clinic, nurse):
    sent = mails(7)
    with tenant_scope(other_clinic.id):
        theirs = mails(1)[0]
    audit.record("contact.revealed", actor=nurse, reason="treatment")
    job = begin(clinic)
    of_the_event = sum(column.table == "audit_auditevent" for column in resealing.columns())
    assert job.total == 7 * 2 + of_the_event
    resealing.work_on(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done, resealing.left()) == ("succeeded", job.total, 0)
    assert resealing.counts()[Column("tenancy_systemmail", "to")] == {2: 7}
    assert [SystemMail.objects.get(pk=mail.pk).context["n"] for mail in sent] == list(range(7))
    assert AuditEvent.objects.get().detail == {"reason": "treatment"}
    with tenant_scope(other_clinic.id):
        assert resealing.counts()[Column("tenancy_systemmail", "to")] == {1: 1}
        assert SystemMail.objects.get(pk=theirs.pk).to == "p0@harbormail.example"


def test_pages_end_at_a_number_of_rows_and_of_bytes(clinic, monkeypatch):
    mails(5)
    versions.add_version(clinic.id)
    column = Column("tenancy_systemmail", "to")
    monkeypatch.setattr(resealing, "PAGE_ROWS", 3)
    page = resealing._page(column, resealing.FIRST_ID)
    assert len(page.ids) == 3
    assert len(resealing._page(column, page.ids[-1]).ids) == 2
    monkeypatch.setattr(resealing, "PAGE_BYTES", 100)
    assert len(resealing._page(column, resealing.FIRST_ID).ids) == 1


def test_stops_when_asked_and_goes_on_where_it_stopped(clinic, monkeypatch):
    mails(6)
    monkeypatch.setattr(resealing, "PAGE_ROWS", 2)
    job = begin(clinic)
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=clock.now())
    resealing.work_on(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done, resealing.left()) == ("canceled", 2, 10)
    again = services.start_job(kind=resealing.JOB, started_by="owner", total=resealing.left())
    resealing.work_on(again.pk)
    again.refresh_from_db()
    assert (again.status, again.done, resealing.left()) == ("succeeded", 10, 0)


def test_leaves_a_job_alone_that_is_held_or_over(clinic):
    mails(1)
    job = begin(clinic)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + resealing.LEASE)
    resealing.work_on(job.pk)
    assert resealing.left() == 2
    services.end_job(job, status=Job.Status.FAILED)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=None)
    resealing.work_on(job.pk)
    assert resealing.left() == 2


def test_a_value_that_does_not_open_is_told_and_left_as_it_is(clinic):
    broken, sound = mails(2)
    with superuser() as admin:
        admin.execute(
            'UPDATE tenancy_systemmail SET "to" = set_byte("to", 20, 255 - get_byte("to", 20)) '
            "WHERE id = %s",
            [broken.pk],
        )
    job = begin(clinic)
    resealing.work_on(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done) == ("failed", 3)
    assert job.problem == "1 values do not open with any key. They stay as they are."
    assert SystemMail.objects.get(pk=sound.pk).to == "p1@harbormail.example"


def test_a_row_that_somebody_holds_or_changed_is_left_to_the_next_pass(clinic):
    held, changed, free = mails(3)
    job = begin(clinic)
    column = Column("tenancy_systemmail", "to")
    page = resealing._page(column, resealing.FIRST_ID)
    changed.to = "moved@harbormail.example"
    changed.save(update_fields=["to"])
    course = resealing.Course(done=0)
    with superuser() as admin, admin.transaction():
        admin.execute("SELECT id FROM tenancy_systemmail WHERE id = %s FOR UPDATE", [held.pk])
        assert resealing._replace(page, course) == 1
    assert SystemMail.objects.get(pk=changed.pk).to == "moved@harbormail.example"
    resealing.work_on(job.pk)
    assert resealing.left() == 0
    assert SystemMail.objects.get(pk=held.pk).to == "p0@harbormail.example"
    assert SystemMail.objects.get(pk=free.pk).to == "p2@harbormail.example"


def test_the_door_refuses_what_is_not_signed(clinic):
    """Injected SQL could else spoil evidence: it can call the function, and cannot sign for it."""
    event = audit.record("contact.revealed", actor=audit.SYSTEM, reason="treatment")
    column = Column("audit_auditevent", "detail")
    was = bytes(AuditEvent.objects.values_list("detail", flat=True).get().ciphertext)
    versions.add_version(clinic.id)
    spoilt = current_keys().header + was[5:]
    genuine = resealing._signature(column, [event.pk], [was], [was])
    for number, mac in [(1, b""), (genuine[0], b"\0" * 32), (9999, genuine[1]), genuine]:
        with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT kernel.reseal(%s, %s, %s::smallint, %s, %s::uuid[], %s::bytea[], %s::bytea[])",
                [*column, number, mac, [event.pk], [was], [spoilt]],
            )
        assert refused.value.__cause__.sqlstate == "SP003"
    assert AuditEvent.objects.get().detail == {"reason": "treatment"}
    assert resealing._replace(Page(column, [event.pk], [was]), resealing.Course(done=0)) == 1


def test_append_only_rows_stay_append_only_beside_the_door(clinic):
    audit.record("contact.revealed", actor=audit.SYSTEM, reason="treatment")
    with psycopg.connect(**connection.get_connection_params()) as raw:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("UPDATE audit_auditevent SET detail = detail")
    with superuser() as admin, pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute("UPDATE audit_auditevent SET detail = detail")
