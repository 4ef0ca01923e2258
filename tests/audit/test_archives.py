"""Each closed month becomes one file that proves itself, is written once, and stays as it was written."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from audit import archives, archiving, evidence, merkle, queries, verifier
from audit.archives import ArchiveFile
from audit.models import Archive, ArchivePiece, AuditEvent, Checkpoint
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import Job
from tenancy.scope import platform_scope, tenant_scope
from tests.audit.exports import anchor, superuser, verdict
from tests.audit.months import archived, at, work, write_month


def file_of(archive, path):
    path.write_bytes(ArchiveFile(archive, lambda _: None).read())
    return path


def checked(archive, actor):
    archiving.ask_check(archive, actor=actor)
    work()
    return Archive.objects.get(pk=archive.pk)


def test_each_closed_month_becomes_a_file_of_its_own(clinic, nurse, tmp_path, capsys):
    march, may = archived(nurse, (2020, 3), (2020, 5))
    assert [(each.month, each.first, each.end, each.status) for each in (march, may)] == [
        (date(2020, 3, 1), 0, 3, "ready"),
        (date(2020, 5, 1), 3, 6, "ready"),
    ]
    for archive, begin in ((march, 0), (may, 3)):
        path = file_of(archive, tmp_path / f"{archive.month}.zip")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == archive.sha256
        assert archive.length == path.stat().st_size
        code, said = verdict(capsys, path)
        assert (code, said.split(" of ")[0]) == (0, f"OK: 3 events (from {begin})")
        assert "; 3 details opened;" in said
    assert bytes(may.before) == bytes(march.after) == b"".join(archives.frontier_at(3))
    event = AuditEvent.objects.filter(action="archive.ready").latest("recorded_at")
    assert event.detail == {"month": "2020-05", "first": 3, "end": 6, "sha256": may.sha256}


def test_a_file_carries_its_own_leaves_and_the_roots_before_them(clinic, nurse, tmp_path):
    _, may = archived(nurse, (2020, 3), (2020, 5))
    with zipfile.ZipFile(file_of(may, tmp_path / "may.zip")) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        leaves = [bytes.fromhex(line) for line in opened.read("leaves.txt").decode().split()]
        assert "events.cef" not in opened.namelist()
    assert (manifest["start"], len(manifest["frontier"])) == (3, 2)
    whole = list(queries.leaf_hashes(manifest["size"]))
    assert leaves == whole[3:]
    frontier = [bytes.fromhex(root) for root in manifest["frontier"]]
    assert frontier == merkle.frontier_of(whole[:3])


def test_the_month_that_goes_on_and_the_day_after_it_are_left_alone(clinic, nurse):
    with at(2024, 2, 10):
        write_month(nurse, 2024, 2)
        assert archiving.begin_next() is None
    with at(2024, 3, 1):
        assert archiving.begin_next() is None
    assert not Archive.objects.exists()
    with at(2024, 3, 2):
        work()
    assert Archive.objects.get().month == date(2024, 2, 1)


def test_a_tick_finds_who_has_closed_months_and_who_has_work(clinic, nurse):
    write_month(nurse, 2020, 3)
    with platform_scope():
        assert clinic.id not in archiving.tenants_with_closed_months()
    archiving.sequencing.catch_up()
    with platform_scope():
        assert clinic.id in archiving.tenants_with_closed_months()
    archive = archiving.begin_next()
    assert archiving.begin_next() is None
    with platform_scope():
        assert clinic.id not in archiving.tenants_with_closed_months()
        assert (clinic.id, archive.job_id) in archiving.due_jobs()
    with tenant_scope(clinic.id):
        archiving.work_on(archive.job_id)
    with platform_scope():
        assert (clinic.id, archive.job_id) not in archiving.due_jobs()


def test_nothing_is_written_twice(clinic, nurse):
    archived(nurse, (2020, 3))
    pieces = list(ArchivePiece.objects.values_list("pk", flat=True))
    archive = Archive.objects.get()
    archiving.work_on(archive.job_id)
    work()
    assert list(ArchivePiece.objects.values_list("pk", flat=True)) == pieces
    assert Archive.objects.get().attempts == 1


def test_whoever_follows_a_worker_that_died_begins_the_month_anew(clinic, nurse, monkeypatch):
    monkeypatch.setattr(evidence, "PIECE", 100)
    write_month(nurse, 2020, 3, 20)
    archive = archiving.begin_next()
    dead = archiving._claim(archive.job_id)
    stream = archiving._evidence(dead).stream()
    archiving._keep(dead, 0, next(stream), 0)
    assert archiving._claim(archive.job_id) is None
    Job.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))
    archiving.work_on(archive.job_id)
    archive.refresh_from_db()
    assert (archive.status, archive.attempts) == ("ready", 2)
    kept = list(ArchivePiece.objects.values_list("pk", flat=True))
    with pytest.raises(archiving._Stopped):
        archiving._keep(dead, 1, next(stream), 0)
    assert list(ArchivePiece.objects.values_list("pk", flat=True)) == kept
    assert checked(archive, nurse).problem == ""


def test_after_five_deaths_it_says_so_and_a_person_may_try_again(clinic, nurse):
    write_month(nurse, 2020, 3)
    archive = archiving.begin_next()
    Archive.objects.update(attempts=archiving.ATTEMPT_LIMIT)
    archiving.work_on(archive.job_id)
    archive.refresh_from_db()
    assert (archive.status, archive.job.status) == ("failed", "failed")
    assert archiving.begin_next() is None
    archiving.go_on(archive, actor=nurse)
    work()
    assert Archive.objects.get().status == "ready"


def test_stops_when_asked_and_leaves_no_piece(clinic, nurse):
    write_month(nurse, 2020, 3)
    write_month(nurse, 2020, 4)
    archive = archiving.begin_next()
    archiving.stop(archive, actor=nurse)
    archiving.work_on(archive.job_id)
    archive = Archive.objects.select_related("job").get()
    assert (archive.status, archive.job.status) == ("stopped", "canceled")
    assert not ArchivePiece.objects.exists()
    assert archiving.begin_next() is None
    archiving.go_on(archive, actor=nurse)
    work()
    assert list(Archive.objects.values_list("status", flat=True)) == ["ready", "ready"]
    with pytest.raises(tenancy.JobEnded):
        archiving.stop(Archive.objects.select_related("job").first(), actor=nurse)


def test_a_late_commit_is_in_the_next_archive(clinic, nurse):
    archived(nurse, (2020, 3))
    late = write_month(nurse, 2020, 3, 1)
    write_month(nurse, 2020, 4, 1)
    work()
    april = Archive.objects.get(month=date(2020, 4, 1))
    places = archives.queries.Leaf.objects.in_bulk([late[0].pk])
    assert april.first <= places[late[0].pk].seq < april.end


CHANGES = {
    "UPDATE audit_archivepiece SET content = set_byte(content, 40, 255 - get_byte(content, 40))"
    " WHERE tenant_id = %s": "A piece of the file is missing, or was altered and does not open.",
    "DELETE FROM audit_archivepiece WHERE tenant_id = %s": (
        "The file is not the one that was written."
    ),
    "UPDATE audit_archive SET sha256 = repeat('0', 64) WHERE tenant_id = %s": (
        "The file is not the one that was written."
    ),
    "UPDATE audit_leaf SET hash = sha256('x') WHERE seq = 1 AND tenant_id = %s": (
        "The tree of the workspace is another one now."
    ),
    "UPDATE audit_archive SET first = 1 WHERE tenant_id = %s": "The file is of other events.",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_check_names_what_a_superuser_did(clinic, nurse, change):
    (archive,) = archived(nurse, (2020, 3))
    assert checked(archive, nurse).problem == ""
    with superuser() as admin:
        assert admin.execute(change, [clinic.id]).rowcount == 1
    archive = checked(Archive.objects.get(), nurse)
    assert (archive.problem, archive.job.status) == (CHANGES[change], "failed")
    said = AuditEvent.objects.filter(action="archive.checked").latest("recorded_at").detail
    assert said["holds"] is False


def test_an_archive_under_check_is_not_checked_again(clinic, nurse):
    (archive,) = archived(nurse, (2020, 3))
    archiving.ask_check(archive, actor=nurse)
    with pytest.raises(archiving.ArchiveBusy):
        archiving.ask_check(Archive.objects.get(), actor=nurse)
    assert Job.objects.filter(kind="audit.archive_check").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_archive SET sha256 = repeat('0', 64)",
        "UPDATE audit_archive SET status = 'writing', ready_at = NULL, sha256 = ''",
        "DELETE FROM audit_archive",
        "UPDATE audit_archivepiece SET length = 1",
        "DELETE FROM audit_archivepiece",
        (
            "INSERT INTO audit_archivepiece (id, tenant_id, archive_id, position, length, content)"
            " SELECT gen_random_uuid(), tenant_id, archive_id, 9, 1, content FROM audit_archivepiece"
        ),
    ],
)
def test_the_database_keeps_what_is_ready(clinic, nurse, statement):
    (archive,) = archived(nurse, (2020, 3))
    with (
        pytest.raises(Exception, match=r"does not change|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert checked(archive, nurse).problem == ""


def test_a_month_has_one_archive(clinic, nurse):
    (archive,) = archived(nurse, (2020, 3))
    with pytest.raises(IntegrityError, match="audit_archive_once_a_month"), transaction.atomic():
        Archive.objects.create(month=archive.month, first=0, end=1, before=b"")


def test_an_archive_continues_a_checkpoint_of_its_time_and_says_that_older_ones_are_not_its(
    clinic, nurse, tmp_path, capsys
):
    write_month(nurse, 2020, 3)
    early = anchor(tmp_path / "early.txt")
    write_month(nurse, 2020, 4)
    write_month(nurse, 2020, 5)
    late = anchor(tmp_path / "late.txt")
    work()
    _, _, may = [
        file_of(each, tmp_path / f"{each.month}.zip") for each in Archive.objects.order_by("month")
    ]
    assert verdict(capsys, may, "--against", late)[0] == 0
    code, said = verdict(capsys, may, "--against", early)
    assert (code, said) == (
        1,
        (
            "FAILED: the checkpoint that was kept elsewhere holds 3 events, and this archive begins"
            " after them\n"
        ),
    )


def test_a_start_that_leads_elsewhere_is_refused(clinic, nurse, tmp_path):
    _, april = archived(nurse, (2020, 3), (2020, 4))
    with zipfile.ZipFile(file_of(april, tmp_path / "april.zip")) as opened:
        export = verifier.Export(opened, None)
        assert verifier.judged(export, None)
        export.frontier = (b"x" * 32, *export.frontier[1:])
        with pytest.raises(verifier.Failed, match="another root"):
            verifier.judged(export, None)


def test_a_worker_killed_in_the_middle_leaves_nothing_that_counts(clinic, nurse):
    write_month(nurse, 2020, 3, 40)
    archive = archiving.begin_next()
    path = Path(__file__).with_name("archiving_worker.py")
    command = [sys.executable, path, str(clinic.id), str(archive.job_id)]
    names = {"DJANGO_SETTINGS_MODULE": "config.settings_test", "PYTHONPATH": str(Path.cwd())}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    worker = subprocess.Popen(command, env=os.environ | names, **pipes)
    assert worker.stdout.readline() == b"four\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert ArchivePiece.objects.count() == 4
    assert Archive.objects.get().status == "writing"
    Job.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))
    work()
    archive.refresh_from_db()
    assert (archive.status, archive.events) == ("ready", 40)
    assert checked(archive, nurse).problem == ""
    assert Checkpoint.objects.filter(size=archive.size).exists()
