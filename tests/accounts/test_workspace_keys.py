"""Settings → Keys, and the operator's switch: what people and other processes see of it."""

import os
import re
import subprocess
import sys
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import tasks
from accounts.services import workspace_keys
from audit.models import AuditEvent
from tenancy import clock, keyring, resealing, rotation, services, versions
from tenancy.keyring import KeysSwitchedOff, KeyUnavailable, current_keys, keys_of
from tenancy.models import Job, KeyRing, WrappedKey
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member, make_user
from tests.waiting import until

WATCH = """
import os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
django.setup()
from uuid import UUID
from tenancy.keyring import KeyUnavailable, keys_of
while True:
    try:
        keys_of(UUID(sys.argv[1]))
    except KeyUnavailable:
        print("off", flush=True)
    else:
        print("on", flush=True)
    time.sleep(0.1)
"""


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olga Owner")


@pytest.fixture
def operator():
    return make_user("Pat Platform", is_operator=True)


def destroy_address(tenant):
    first = WrappedKey.objects.get(tenant=tenant.id, version=1, purpose="seal")
    return f"/settings/keys/{first.pk}/destroy/"


def actions(*, of=None):
    found = AuditEvent.objects.filter(action__startswith="keys.", outcome="done")
    if of:
        found = found.filter(object_id=str(of.pk))
    return list(found.order_by("recorded_at", "id").values_list("action", flat=True))


def test_an_owner_makes_a_version_watches_stops_and_goes_on(clinic, owner):
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    browser = browser_of(owner)
    assert "Make a new version" in browser.get("/settings/keys/").content.decode()
    assert browser.post("/settings/keys/rotate/").status_code == 302
    page = browser.get("/settings/keys/progress/").content.decode()
    assert "Values are moving to the newest version" in page
    assert "Waiting for a worker." in page
    browser.post("/settings/keys/stop/")
    resealing.work_on(rotation.last_job().pk)
    assert rotation.last_job().status == "canceled"
    assert "Go on" in browser.get("/settings/keys/").content.decode()
    browser.post("/settings/keys/resume/")
    resealing.work_on(rotation.last_job().pk)
    assert "All values were moved" in browser.get("/settings/keys/").content.decode()
    assert actions() == ["keys.rotated", "keys.move_stopped", "keys.move_resumed"]
    assert resealing.left() == 0


def test_an_older_version_is_destroyed_from_the_page(clinic, owner):
    browser = browser_of(owner)
    browser.post("/settings/keys/rotate/")
    resealing.work_on(rotation.last_job().pk)
    refused = browser.post(destroy_address(clinic), follow=True).content.decode()
    assert "Wait for 20 minutes" in refused
    WrappedKey.objects.filter(tenant=clinic.id, version=1, purpose="seal").update(
        retired_at=clock.now() - rotation.REMEMBERED
    )
    assert (
        "Version 1 is destroyed"
        in browser.post(destroy_address(clinic), follow=True).content.decode()
    )
    stored = WrappedKey.objects.get(tenant=clinic.id, version=1, purpose="seal")
    assert (stored.state, stored.wrapped) == ("destroyed", None)
    assert actions() == ["keys.rotated", "keys.version_destroyed"]


@pytest.mark.parametrize("act", ["rotate", "resume", "destroy"])
def test_asks_again_who_somebody_is_before_keys_change(clinic, owner, act):
    browser = browser_of(owner)
    let_proof_grow_old(owner)
    address = destroy_address(clinic) if act == "destroy" else f"/settings/keys/{act}/"
    answer = browser.post(address)
    assert answer.status_code == 403
    assert "step_up" in answer.content.decode()
    assert (current_keys().newest, actions()) == (1, [])


@pytest.mark.parametrize("role", ["marketer", "analyst", "compliance_officer", "auditor"])
def test_only_owners_and_administrators_change_keys(clinic, role):
    browser = browser_of(make_member(clinic, role))
    for act in ("rotate", "resume", "stop"):
        assert browser.post(f"/settings/keys/{act}/").status_code == 403
    assert browser.post(destroy_address(clinic)).status_code == 403
    assert (current_keys().newest, actions()) == (1, [])
    sees = browser.get("/settings/keys/columns/").status_code
    assert sees == (200 if role in {"compliance_officer", "auditor"} else 403)


def test_pages_say_what_cannot_be_done(clinic, owner):
    browser = browser_of(owner)
    assert browser.post("/settings/keys/stop/").status_code == 302  # nothing runs: nothing to stop
    browser.post("/settings/keys/rotate/")
    for act in ("rotate", "resume"):
        page = browser.post(f"/settings/keys/{act}/", follow=True).content.decode()
        assert "moving to the newest version already" in page
    services.end_job(rotation.last_job(), status=Job.Status.FAILED)
    assert "already ended" in browser.post("/settings/keys/stop/", follow=True).content.decode()


def test_a_worker_finds_and_does_the_work(celery_worker, clinic, owner, nurse):
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    job = workspace_keys.rotate(actor=nurse)
    with platform_scope():
        tasks.wake_reseals.delay()
    until(lambda: Job.objects.get(pk=job.pk).status == "succeeded")
    assert resealing.left() == 0


def test_the_switch_reaches_another_process_in_seconds(clinic, operator, nurse):
    command = [sys.executable, "-c", WATCH, str(clinic.id)]
    watcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert watcher.stdout.readline() == "on\n"
        workspace_keys.switch_off(clinic.id, reason="incident 12", actor=nurse)
        assert seconds_until(watcher, "off\n") < keyring.LOOK_AGAIN_SECONDS + 2
        workspace_keys.switch_on(clinic.id, reason="closed", actor=nurse)
        assert seconds_until(watcher, "on\n") < 2
    finally:
        watcher.kill()
        watcher.wait()
        watcher.stdout.close()


def seconds_until(watcher, line):
    began = time.monotonic()
    while watcher.stdout.readline() != line:
        assert time.monotonic() - began < 60
    return time.monotonic() - began


def test_the_operator_switches_off_and_on_and_both_sides_know(clinic, owner, operator):
    browser, at_work = browser_of(operator), browser_of(owner)
    address = f"/operator/{clinic.id}/keys/"
    assert "You cannot read with them" in browser.get(address).content.decode()
    assert at_work.get("/settings/").status_code == 200
    browser.post(f"{address}off/", {"reason": ""})
    assert current_keys().newest == 1
    browser.post(f"{address}off/", {"reason": "incident 12"})
    with pytest.raises(KeysSwitchedOff):
        current_keys()
    assert (
        "off already"
        in browser.post(f"{address}off/", {"reason": "again"}, follow=True).content.decode()
    )
    browser.post(f"{address}on/", {"reason": "closed"})
    events = {
        e.action: e.detail["reason"] for e in AuditEvent.objects.filter(object_id=str(clinic.pk))
    }
    assert events == {"keys.switched_off": "incident 12", "keys.switched_on": "closed"}
    with platform_scope():
        assert actions(of=clinic) == ["keys.switched_off", "keys.switched_on"]


def test_pages_of_a_switched_off_workspace_say_so(clinic, owner, nurse):
    browser = browser_of(owner)
    workspace_keys.switch_off(clinic.id, reason="incident 12", actor=nurse)
    for page in ("/", "/settings/", "/settings/keys/"):
        answer = browser.get(page)
        assert answer.status_code == 503
        assert "This workspace is closed for now" in answer.content.decode()
    assert browser.get("/account/").status_code == 200
    assert browser.post("/logout/").status_code == 302
    versions.switch_on(clinic.id)
    assert browser_of(owner).get("/settings/").status_code == 200


def test_workspaces_beside_a_switched_off_one_go_on(clinic, other_clinic, nurse):
    colleague = make_member(other_clinic, "owner")
    workspace_keys.switch_off(clinic.id, reason="incident 12", actor=nurse)
    assert browser_of(colleague).get("/settings/").status_code == 200
    assert keys_of(other_clinic.id).newest == 1


def test_tasks_of_a_switched_off_workspace_wait(celery_worker, clinic, nurse):
    from tests.tenancy import sample_tasks

    job = services.start_job(kind="import", started_by="nurse")
    workspace_keys.switch_off(clinic.id, reason="incident 12", actor=nurse)
    time.sleep(keyring.LOOK_AGAIN_SECONDS)
    sample_tasks.finish.delay(str(job.pk))
    time.sleep(1)
    assert Job.objects.get(pk=job.pk).status == "queued"
    versions.switch_on(clinic.id)
    sample_tasks.finish.delay(str(job.pk))
    until(lambda: Job.objects.get(pk=job.pk).status == "succeeded")


def test_a_lost_key_is_no_refusal_that_marks_messages_failed():
    """The worker settles a DomainError as unsendable; a message without keys has to wait."""
    from tenancy.errors import DomainError

    assert not issubclass(KeyUnavailable, DomainError)


def test_the_platform_page_shows_root_versions_and_columns(operator):
    page = browser_of(operator).get("/operator/keys/").content.decode()
    for text in ("Root key", "Tenant context", "contacts_contact.identity", "Argon2id"):
        assert text in page


def test_the_platform_key_is_exchanged_by_command(clinic):
    with platform_scope():
        newest = current_keys().newest
    out = StringIO()
    call_command("rotate_platform_key", stdout=out)
    with platform_scope():
        assert current_keys().newest == newest + 1
        assert "keys.rotated" in actions()
    # Other tests leave values in the platform's scope that never open.
    assert re.match(r"[1-9]\d* values moved, ", out.getvalue())


def test_the_platform_key_is_not_exchanged_twice_at_once():
    with platform_scope():
        job = services.start_job(kind=resealing.JOB, started_by="sealpost")
        newest = current_keys().newest
        with pytest.raises(CommandError, match="moving to the newest version already"):
            call_command("rotate_platform_key")
        assert current_keys().newest == newest
        services.end_job(job, status=Job.Status.CANCELED)


def test_commands_exchange_and_retire_the_context_key(clinic):
    out = StringIO()
    call_command("rotate_context_key", stdout=out)
    assert f"Context key {keyring.context_key().number} signs from now on" in out.getvalue()
    with pytest.raises(CommandError, match="Retire it in 20 min"):
        call_command("retire_context_keys")
    with tenant_scope(clinic.id):
        assert Job.objects.count() == 0


def test_keys_are_rewrapped_by_command():
    WrappedKey.objects.filter(tenant=PLATFORM_TENANT_ID).update(root="")
    out = StringIO()
    call_command("rewrap_keys", stdout=out)
    assert out.getvalue().endswith("keys rewrapped, 0 are under another root key.\n")
    assert versions.under_other_roots().count() == 0
    assert KeyRing.objects.filter(pk=PLATFORM_TENANT_ID).exists()
