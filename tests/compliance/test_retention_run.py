"""A run of retention: what is due goes, in steps, and a certificate says so."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit import sequencing
from audit.models import AuditEvent
from compliance import certificate, lifecycle, removing
from compliance.aging import NOTHING_HELD, entries
from compliance.forecast import forecast
from compliance.models import RetentionRun, RetentionSettings
from compliance.queries import retention as settings_now
from compliance.services import retention
from compliance.services.retention import RunUnderWay
from contacts.models import ImportRun
from delivery.models import Message, MessageEvent
from tenancy import clock
from tenancy.models import Job
from tenancy.scope import platform_scope, tenant_scope
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message

LONG_AGO = timedelta(days=3000)


def old_messages(count: int) -> None:
    ada, then = make_contact(), clock.now() - LONG_AGO
    for _ in range(count):
        message = make_message(ada, settled_at=then)
        MessageEvent.objects.create(message=message, kind="accepted", occurred_at=then)
        MessageEvent.objects.create(message=message, kind="decided", occurred_at=then)


def test_removes_what_the_preview_counted_and_certifies_it(clinic):
    old_messages(3)
    make_message(make_contact())
    assert forecast(settings_now().periods, NOTHING_HELD).due == 3
    retention.work()
    run = RetentionRun.objects.get()
    assert (run.outcome, run.rows, run.started_by_name) == ("done", 9, "Sealpost")
    assert run.removed == {"messages": {"delivery.Message": 3, "delivery.MessageEvent": 6}}
    assert (Message.objects.count(), MessageEvent.objects.count()) == (1, 0)
    assert (run.job.done, run.job.total, run.job.status) == (3, 3, "succeeded")
    event = AuditEvent.objects.get(action="retention.ended")
    assert event.detail["removed"] == run.removed
    assert event.detail["sha256"] == run.certificate_hash


def test_the_certificate_holds_alone(clinic):
    old_messages(1)
    retention.work()
    sequencing.catch_up()
    run = RetentionRun.objects.get()
    whole = json.loads(certificate.document(run))
    stated = whole["certificate"]
    canonical = json.dumps(stated, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(canonical).hexdigest() == whole["sha256"] == run.certificate_hash
    assert (stated["rule_version"], stated["periods_in_days"]["messages"]) == (1, 2192)
    assert whole["audit"]["event"] == str(run.event_id)
    assert f"/audit/{clinic.id}" in whole["audit"]["checkpoint"]


def test_goes_on_where_a_worker_died_and_runs_once_a_day(clinic, monkeypatch):
    monkeypatch.setattr(removing, "STEP", 2)
    old_messages(5)
    run = retention.begin(actor=retention.SYSTEM)
    with pytest.raises(RunUnderWay):
        retention.begin(actor=retention.SYSTEM)
    entry = lifecycle.registered()[Message]
    assert retention._step(run, entry)
    with platform_scope():
        assert clinic.id not in retention.tenants_with_work()
    with tenant_scope(clinic.id):
        Job.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))
    with platform_scope():
        assert clinic.id in retention.tenants_with_work()
    retention.work()
    assert RetentionRun.objects.get().removed["messages"]["delivery.Message"] == 5
    retention.work()
    assert RetentionRun.objects.count() == 1
    with platform_scope():
        assert clinic.id not in retention.tenants_with_work()
    with clock.at(clock.now() + timedelta(hours=25)):
        retention.work()
    assert RetentionRun.objects.count() == 2


def test_stops_after_the_step_under_way(clinic, nurse, monkeypatch):
    monkeypatch.setattr(removing, "STEP", 2)
    old_messages(5)
    run = retention.begin(actor=nurse)
    retention._step(run, lifecycle.registered()[Message])
    retention.stop(actor=nurse)
    Job.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))
    retention.work()
    run = RetentionRun.objects.get()
    assert (run.outcome, run.job.status, Message.objects.count()) == ("stopped", "canceled", 3)


def test_a_change_counts_from_the_next_run_on(clinic):
    make_message(make_contact(), settled_at=clock.now() - timedelta(days=400))
    retention.begin(actor=retention.SYSTEM)
    RetentionSettings.objects.create(messages_days=365, version=2)
    retention.work()
    run = RetentionRun.objects.get()
    assert (run.rule_version, run.days["messages"], run.rows) == (1, 2192, 0)
    assert Message.objects.count() == 1


def test_a_run_that_ended_does_not_change(clinic):
    retention.work()
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        RetentionRun.objects.update(removed={"messages": {"delivery.Message": 99}})
    assert RetentionRun.objects.get().rows == 0


def test_a_job_goes_and_what_named_it_stays(clinic):
    job = Job.objects.create(
        kind="import", status="succeeded", started_by="x", ended_at=clock.now() - LONG_AGO
    )
    run = ImportRun.objects.create(
        file_name="a.csv", status="imported", job=job, started_by_id="x", started_by_name="Nora"
    )
    retention.work()
    run.refresh_from_db()
    assert (run.job_id, Job.objects.filter(pk=job.pk).exists()) == (None, False)


def test_the_period_of_the_workspace_counts(clinic):
    make_message(make_contact(), settled_at=clock.now() - timedelta(days=400))
    RetentionSettings.objects.create(messages_days=365)
    retention.work()
    assert not Message.objects.exists()


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.model._meta.label)
def test_every_table_that_ages_can_be_counted_and_its_rows_removed(clinic, entry):
    assert removing.due(entry, settings_now().periods, NOTHING_HELD).count() == 0
    assert may_be_removed(entry.model)


def may_be_removed(model) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('sealpost_disposer', %s, 'DELETE')", [model._meta.db_table]
        )
        return cursor.fetchone()[0]


def test_nothing_else_can_be_removed(clinic):
    for entry in lifecycle.registered().values():
        goes = entry.goes_by_age or bool(entry.aging.goes_with) or entry.aging.by_two
        assert may_be_removed(entry.model) is goes, entry.model.__name__


def test_sql_alone_removes_nothing(clinic):
    old_messages(1)
    (event_id, _) = MessageEvent.objects.values_list("pk", flat=True)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM delivery_messageevent WHERE id = %s", [event_id])
    with (
        pytest.raises(Exception, match="not signed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT kernel.remove('delivery_messageevent', 1::smallint, %s, %s::uuid[])",
            [b"\x00" * 32, [event_id]],
        )
    assert MessageEvent.objects.count() == 2
