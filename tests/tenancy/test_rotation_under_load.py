"""Two writers and two readers go on while a key is rotated and the worker at it is killed."""

import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from django.db import connections, transaction

from audit import services as audit
from audit.models import AuditEvent
from tenancy import clock, resealing, rotation, services
from tenancy.models import Job, SystemMail
from tenancy.scope import tenant_scope
from tests.waiting import until


class Traffic:
    """Two writers and two readers, which open every value they see, until the block is left."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.is_over = threading.Event()
        self.pool = ThreadPoolExecutor(4)
        self.written, self.read = [], []

    def work(self, step):
        try:
            with tenant_scope(self.tenant.id):
                while not self.is_over.is_set():
                    step()
        finally:
            connections.close_all()

    def write_step(self):
        with transaction.atomic():
            for mail in SystemMail.objects.order_by("?").select_for_update()[:3]:
                mail.context = {**mail.context, "times": mail.context.get("times", 0) + 1}
                mail.save(update_fields=["context"])
        number = 1000 + len(self.written)
        queue(number)
        self.written.append(number)

    def read_step(self):
        for mail in SystemMail.objects.order_by("-id")[random.randrange(50) :][:20]:
            assert mail.to == f"p{mail.context['n']}@harbormail.example"
            self.read.append(mail.pk)

    def __enter__(self):
        steps = [self.write_step, self.write_step, self.read_step, self.read_step]
        self.running = [self.pool.submit(self.work, step) for step in steps]
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for one in self.running:
            one.result()  # raises what stopped a writer or a reader


def queue(number):
    """A row in a table that may change, and one in a table that may not."""
    services.queue_system_mail(
        to=f"p{number}@harbormail.example", kind="notice", context={"n": number}
    )
    audit.record("contact.revealed", actor=audit.SYSTEM, n=number)


def worker(tenant, job, *how):
    path = Path(__file__).with_name("rotating_worker.py")
    command = [sys.executable, path, str(tenant.id), str(job.pk), *how]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})


def test_a_killed_rotation_goes_on_and_loses_nothing(clinic):
    for number in range(400):
        queue(number)
    with Traffic(clinic) as traffic:
        job = rotation.begin(started_by="owner")
        first = worker(clinic, job, "slowly")
        until(lambda: Job.objects.get(pk=job.pk).done > 100, seconds=30)
        first.kill()
        first.wait()
        killed_at = Job.objects.get(pk=job.pk)
        assert (killed_at.status, resealing.left() > 0) == ("running", True)
        # The lease of the dead worker runs out; nobody waits a minute for it here.
        Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))
        assert (clinic.id, job.pk) in rotation.due()
        assert worker(clinic, job).wait(timeout=60) == 0
        time.sleep(0.5)
    assert len(traffic.written) > 5
    assert len(traffic.read) > 100
    assert Job.objects.get(pk=job.pk).status == "succeeded"
    assert resealing.left() == 0
    everything = 400 + len(traffic.written)
    mails = [(mail.to, mail.context["n"]) for mail in SystemMail.objects.all()]
    assert len(mails) == everything
    assert [pair for pair in mails if pair[0] != f"p{pair[1]}@harbormail.example"] == []
    assert len([event.detail["n"] for event in AuditEvent.objects.all()]) == everything
