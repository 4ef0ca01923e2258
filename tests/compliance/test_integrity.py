"""The page of the log's integrity: what it says, what it hands out, and who changes where seals go."""

import base64
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.sign_in import actor_for
from audit import checking, merkle, notes, sequencing
from audit import services as audit
from audit.models import Anchor, Anchoring, AuditEvent
from compliance.models import RetentionRun
from compliance.services import anchor_ways, retention
from tenancy import clock
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.audit.exports import superuser
from tests.compliance.reading import text_of

PAGE = "/compliance/audit/integrity/"
HOOK = "https://hooks.clinic.example/a?secret=1"


def test_it_says_what_is_sealed_and_checks_it_on_demand(officer, nurse):
    page = text_of(officer.get(PAGE))
    assert "Not checked yet" in page
    assert officer.post(f"{PAGE}check/").status_code == 302
    assert "Being checked" in text_of(officer.get(f"{PAGE}progress/"))
    checking.work_on(checking.last_job().pk)
    page = text_of(officer.get(PAGE))
    assert "Everything holds" in page
    assert "Whole, unaltered, in order" in page


def test_what_does_not_hold_stands_on_the_page(officer, nurse):
    officer.post(f"{PAGE}check/")
    job = checking.last_job()
    job.problem, job.status, job.ended_at = "Event 2 is missing.", "failed", job.created_at
    job.save(update_fields=["problem", "status", "ended_at"])
    page = text_of(officer.get(PAGE))
    assert "Not everything holds" in page
    assert "Event 2 is missing." in page


def test_a_checkpoint_is_a_file_to_keep(officer):
    answer = officer.post(f"{PAGE}checkpoint/")
    assert answer["Content-Disposition"] == 'attachment; filename="checkpoint.txt"'
    assert Anchor.objects.get().note.encode() == answer.content
    assert AuditEvent.objects.get(action="checkpoint.taken").actor_name == "Cora Officer"


def test_the_proof_of_one_event_leads_to_a_signed_root(officer, nurse):
    event = AuditEvent.objects.latest("recorded_at")
    told = json.loads(officer.get(f"/compliance/audit/{event.pk}/proof/").content)
    signed = notes.open_note(told["checkpoint"], key_in(told["key"]))
    merkle.check_inclusion(
        merkle.leaf_hash(told["leaf"].encode()),
        index=told["index"],
        size=signed.size,
        proof=[bytes.fromhex(value) for value in told["proof"]],
        root=signed.root,
    )
    with pytest.raises(merkle.ProofInvalid):
        merkle.check_inclusion(
            merkle.leaf_hash(told["leaf"].replace("done", "gone").encode()),
            index=told["index"],
            size=signed.size,
            proof=[bytes.fromhex(value) for value in told["proof"]],
            root=signed.root,
        )
    assert AuditEvent.objects.get(action="audit.proof_taken").object_id == str(event.pk)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_subtree SET hash = sha256('x') WHERE tenant_id = %s", "does not lead"),
        ("DELETE FROM audit_subtree WHERE tenant_id = %s", "has a hole"),
    ],
)
def test_a_wrong_proof_is_not_handed_out(clinic, officer, nurse, statement, words):
    events = [audit.record("contact.paused", actor=nurse, days=days) for days in range(40)]
    page = f"/compliance/audit/{events[0].pk}/proof/"
    assert officer.get(page)["Content-Type"] == "application/json"
    with superuser() as admin:
        assert admin.execute(statement, [clinic.id]).rowcount == 2
    answer = officer.get(page, follow=True)
    assert words in text_of(answer)
    assert AuditEvent.objects.filter(action="audit.proof_taken").count() == 1


def test_the_proof_of_growth_joins_a_copy_outside_with_the_newest_root(clinic, officer, nurse):
    for days in range(20):
        audit.record("contact.paused", actor=nurse, days=days)
    kept = officer.post(f"{PAGE}checkpoint/").content.decode()
    for days in range(30):
        audit.record("contact.paused", actor=nurse, days=days)
    anchor = Anchor.objects.get()
    address = f"{PAGE}growth/{anchor.pk}/"
    assert address in officer.get(PAGE).content.decode()
    told = json.loads(officer.get(address).content)
    old, new = (notes.open_note(note, key_in(told["key"])) for note in (kept, told["checkpoint"]))
    assert (told["old_checkpoint"], told["old_size"]) == (kept, old.size)
    assert new.size > old.size + 30
    merkle.check_consistency(
        old_size=old.size, old_root=old.root, size=new.size, root=new.root,
        proof=[bytes.fromhex(value) for value in told["proof"]],
    )  # fmt: skip
    assert AuditEvent.objects.get(action="audit.proof_taken").object_id == str(anchor.pk)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_subtree SET hash = sha256('x') WHERE tenant_id = %s", "does not lead"),
        ("UPDATE audit_anchor SET note = 'x' WHERE tenant_id = %s", "not as it left"),
        ("DELETE FROM audit_checkpoint WHERE tenant_id = %s", "shorter"),
    ],
)
def test_a_wrong_proof_of_growth_is_not_handed_out(clinic, officer, nurse, statement, words):
    for days in range(20):
        audit.record("contact.paused", actor=nurse, days=days)
    officer.post(f"{PAGE}checkpoint/")
    for days in range(30):
        audit.record("contact.paused", actor=nurse, days=days)
    sequencing.catch_up()
    with superuser() as admin:
        assert admin.execute(statement, [clinic.id]).rowcount >= 1
    answer = officer.get(f"{PAGE}growth/{Anchor.objects.get().pk}/", follow=True)
    assert words in text_of(answer)
    assert AuditEvent.objects.filter(action="audit.damage_found").count() == 1
    assert not AuditEvent.objects.filter(action="audit.proof_taken").exists()


def test_an_event_that_is_not_as_it_was_sealed_gets_no_proof(clinic, officer, nurse):
    event = audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    with superuser() as admin:
        changed = "UPDATE audit_auditevent SET leaf = leaf || 'x'::bytea WHERE id = %s"
        assert admin.execute(changed, [event.pk]).rowcount == 1
    answer = officer.get(f"/compliance/audit/{event.pk}/proof/", follow=True)
    assert "not as it was sealed" in text_of(answer)
    assert not AuditEvent.objects.filter(action="audit.proof_taken").exists()


def test_damage_raises_an_alarm_once_and_lets_the_log_be_checked(clinic, officer, nurse):
    make_member(clinic, "owner", "Olive Owner")
    make_member(clinic, "marketer", "Mara Marketer")
    events = [audit.record("contact.paused", actor=nurse, days=days) for days in range(40)]
    sequencing.catch_up()
    page = f"/compliance/audit/{events[0].pk}/proof/"
    officer.get(page)
    assert not SystemMail.objects.filter(kind="log_damaged").exists()
    with superuser() as admin:
        admin.execute(
            "UPDATE audit_subtree SET hash = sha256('x') WHERE tenant_id = %s", [clinic.id]
        )
    for _ in range(2):
        officer.get(page)
    assert SystemMail.objects.filter(kind="log_damaged").count() == 2  # officer and owner
    told = AuditEvent.objects.get(action="audit.damage_found")
    assert told.detail["problem"].startswith("The stored tree does not lead to its signed root.")
    with platform_scope():
        of_us = AuditEvent.objects.filter(action="audit.damage_found")
        assert of_us.get(object_id=str(clinic.pk)).actor_kind == "system"
    checking.work_on(checking.last_job().pk)
    assert "The stored subtree of the events 0 to 15 is not theirs." in text_of(officer.get(PAGE))
    assert "Not everything held" in text_of(officer.get("/compliance/posture/"))
    with clock.at(clock.now() + timedelta(hours=25)):
        browser_of(make_member(clinic, "compliance_officer", "Cyd Officer")).get(page)
    assert AuditEvent.objects.filter(action="audit.damage_found").count() == 2


def test_no_certificate_is_handed_out_that_a_damaged_log_would_have_to_prove(
    clinic, officer, nurse
):
    for days in range(40):
        audit.record("contact.paused", actor=nurse, days=days)
    retention.work()
    sequencing.catch_up()
    page = reverse("retention:download", args=[RetentionRun.objects.get().pk])
    assert officer.get(page)["Content-Type"] == "application/json"
    with superuser() as admin:
        admin.execute("DELETE FROM audit_subtree WHERE tenant_id = %s", [clinic.id])
    assert "has a hole" in text_of(officer.get(page, follow=True))
    assert AuditEvent.objects.filter(action="retention.certificate_taken").count() == 1


def key_in(verifier_key: str) -> bytes:
    return base64.b64decode(verifier_key.split("+", 2)[2])[1:]


def test_one_more_place_holds_at_once(officer):
    assert officer.post(PAGE, {"by_mail": "on", "webhook_url": HOOK}).status_code == 302
    assert anchor_ways.now() == (True, HOOK)
    assert not Countersignature.objects.exists()


def test_one_place_less_needs_a_reason_and_a_second_person(clinic, officer, nurse):
    second = make_member(clinic, "owner", "Olive Owner")
    anchor_ways.change(by_mail=True, webhook_url=HOOK, reason="", actor=nurse)
    refused = officer.post(PAGE, {"webhook_url": ""})
    assert refused.status_code == 422
    assert not Countersignature.objects.exists()
    officer.post(PAGE, {"webhook_url": "", "reason": "The system is gone"})
    assert anchor_ways.now() == (True, HOOK)
    request = Countersignature.objects.get()
    countersignatures.grant(request.pk, actor=actor_for(second))
    assert anchor_ways.now() == (False, "")


def test_another_address_is_asked_for_by_its_name_alone(clinic, nurse):
    make_member(clinic, "owner", "Olive Owner")
    anchor_ways.change(by_mail=False, webhook_url=HOOK, reason="", actor=nurse)
    other = HOOK.replace("hooks", "logs")
    assert not anchor_ways.change(by_mail=False, webhook_url=other, reason="Moved", actor=nurse)
    payload = Countersignature.objects.get().payload
    assert anchor_ways.sentence(payload) == (
        "Send checkpoints to logs.clinic.example in place of the address so far"
    )


def test_an_address_that_we_would_not_call_is_refused(officer):
    answer = officer.post(PAGE, {"webhook_url": "http://10.0.0.1/"})
    assert answer.status_code == 422
    assert not Anchoring.objects.exists()


def test_an_auditor_checks_and_changes_no_place(clinic, officer):
    auditor = browser_of(make_member(clinic, "auditor", "Aude Auditor"))
    assert auditor.post(f"{PAGE}check/").status_code == 302
    assert auditor.post(PAGE, {"by_mail": "on"}).status_code == 403
    assert not Anchoring.objects.exists()
