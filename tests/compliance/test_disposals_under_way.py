"""A disposal is watched, stopped, held up and killed, and goes on where it was."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.services.sign_in import actor_for
from audit import checking
from audit.models import AuditEvent, Disposal
from compliance.models import LegalHold
from compliance.services import disposals, holds
from compliance.services.disposals import NotDisposed
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import Job
from tenancy.scope import platform_scope
from tests.accounts.signing_in import make_member
from tests.compliance.disposing import ask, grant, left, old_log, work


@pytest.fixture
def people(clinic):
    names = {"owner": "Olive Owner", "compliance_officer": "Cora Officer"}
    return [actor_for(make_member(clinic, role, name)) for role, name in names.items()]


@pytest.fixture
def granted(nurse, people, monkeypatch):
    """A disposal of six events, two at a time."""
    monkeypatch.setattr(disposals, "STEP", 2)
    march, _ = old_log(nurse, count=6)
    assert march.events == 6
    disposal = ask(people[0])
    grant(people[1])
    return Disposal.objects.get(pk=disposal.pk)


def hold(actor):
    return holds.place(LegalHold.Subject.WORKSPACE, subject_id=None, reason="A suit", actor=actor)


def test_a_hold_keeps_people_from_asking_and_granting(nurse, people):
    old_log(nurse)
    before = left()
    held = hold(people[0])
    with pytest.raises(NotDisposed, match="legal hold"):
        ask(people[0])
    assert not Disposal.objects.exists()
    LegalHold.objects.update(released_at=clock.now(), released_by="b", release_asked_by="a")
    ask(people[0])
    assert held.pk
    hold(people[0])
    with pytest.raises(NotDisposed, match="legal hold"):
        grant(people[1])
    assert Disposal.objects.get().status == "asked"
    assert left()[: len(before)] == before


def test_a_hold_in_the_middle_keeps_what_is_left(granted, people, monkeypatch):
    step = disposals._step

    def hold_after_one(disposal):
        went_on = step(disposal)
        if disposal.removed == 2 and not LegalHold.objects.exists():
            hold(people[0])
        return went_on

    monkeypatch.setattr(disposals, "_step", hold_after_one)
    work()
    disposal = Disposal.objects.select_related("job").get()
    assert (disposal.status, disposal.removed) == ("stopped", 2)
    assert disposal.job.problem == "A legal hold is in force: what is left stays."
    assert left()[:4] == [2, 3, 4, 5]
    with pytest.raises(NotDisposed, match="legal hold"):
        disposals.go_on(actor=people[0])
    LegalHold.objects.update(released_at=clock.now(), released_by="b", release_asked_by="a")
    disposals.go_on(actor=people[0])
    work()
    assert (Disposal.objects.get().status, Disposal.objects.get().removed) == ("done", 6)


def test_it_stops_when_asked_and_goes_on_when_asked(granted, people):
    disposals.stop(actor=people[0])
    work()
    disposal = Disposal.objects.select_related("job").get()
    assert (disposal.status, disposal.removed, disposal.job.status) == ("stopped", 0, "canceled")
    with pytest.raises(tenancy.JobEnded):
        disposals.stop(actor=people[0])
    disposals.go_on(actor=people[0])
    work()
    assert Disposal.objects.get().removed == 6
    with pytest.raises(NotDisposed, match="No disposal was stopped"):
        disposals.go_on(actor=people[0])


def test_one_runs_at_a_time(granted, people):
    with pytest.raises(NotDisposed, match="Another disposal"):
        ask(people[0])
    assert Disposal.objects.count() == 1


def test_a_tick_finds_it_unless_a_worker_is_at_it(clinic, granted):
    with platform_scope():
        assert (clinic.id, granted.job_id) in disposals.due()
    Job.objects.filter(pk=granted.job_id).update(lease_expires_at=clock.now() + disposals.LEASE)
    with platform_scope():
        assert (clinic.id, granted.job_id) not in disposals.due()
    work()
    assert Disposal.objects.get().status == "granted"


def test_a_worker_killed_in_the_middle_is_followed(clinic, granted, nurse):
    path = Path(__file__).with_name("disposing_worker.py")
    command = [sys.executable, path, str(clinic.id), str(granted.job_id)]
    names = {"DJANGO_SETTINGS_MODULE": "config.settings_test", "PYTHONPATH": str(Path.cwd())}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    worker = subprocess.Popen(command, env=os.environ | names, **pipes)
    assert worker.stdout.readline() == b"two\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    disposal = Disposal.objects.get()
    assert (disposal.status, disposal.removed, disposal.reached) == ("ordered", 2, 2)
    job = checking.start(actor=nurse)
    checking.work_on(job.pk)
    job.refresh_from_db()
    assert job.problem is None
    Job.objects.filter(pk=granted.job_id).update(
        lease_expires_at=clock.now() - timedelta(seconds=1)
    )
    work()
    disposal.refresh_from_db()
    assert (disposal.status, disposal.removed) == ("done", 6)
    assert AuditEvent.objects.filter(action="audit.disposal_ordered").count() == 1
