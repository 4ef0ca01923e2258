"""The certificate of a destruction: what it says, that it is signed, and who gets it."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit import notes
from audit.models import AuditEvent, Checkpoint
from compliance import destruction_certificate as certificates
from compliance.services import destruction, operator_ending
from tenancy import clock, destroying
from tenancy.models import Job, SystemMail
from tenancy.scope import platform_scope, tenant_scope
from tests.compliance.ended import certificate_of, tables_of


def test_the_certificate_says_who_what_and_until_when_and_is_signed(ended):
    tenant, _, _, moment = ended
    before = tables_of(tenant.pk)
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    document = certificate_of(tenant)
    told = certificates.read(document)
    assert told["workspace"]["name"] == "Elm Street Clinic"
    assert (told["asked_by"]["name"], told["decided_by"]["name"]) == ("Olive Owner", "Cora Officer")
    assert told["stopped"] == {"imports": 0, "campaigns": 0, "messages": 1}
    tables = {name: n for gone in told["removed"].values() for name, n in gone["tables"].items()}
    # One more job, that of the destruction itself.
    expected = {
        model._meta.label: before[model._meta.db_table] + (model is Job)
        for model in destroying.going()
        if before[model._meta.db_table] + (model is Job)
    }
    assert tables == expected
    assert told["rows"] == sum(expected.values())
    assert told["removed"]["phi"]["tables"]["contacts.Contact"] == 1
    assert [key["purpose"] for key in told["keys"]] == ["derive", "seal"]
    assert all(key["destroyed_at"] for key in told["keys"])
    assert told["backups_hold_no_key_from"] == (moment + timedelta(days=35)).date().isoformat()
    with tenant_scope(tenant.pk):
        newest = Checkpoint.objects.latest("size")
        assert told["audit"]["size"] == newest.size == AuditEvent.objects.count()
        assert (
            notes.open_note(told["audit"]["checkpoint"], bytes(newest.public_key)).root.hex()
            == (told["audit"]["root"])
        )


def test_a_changed_or_foreign_certificate_is_refused(ended):
    tenant, _, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    document = json.loads(certificate_of(tenant))
    document["certificate"]["rows"] += 1
    for broken, why in (
        (json.dumps(document), "not as it was signed"),
        ("{}", "not a certificate"),
    ):
        with pytest.raises(certificates.CertificateInvalid, match=why):
            certificates.read(broken)


def test_owners_get_it_by_mail_and_the_platform_remembers(ended):
    tenant, olive, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
        destruction.work_on(tenant.pk)
    with platform_scope():
        letters = [
            mail for mail in SystemMail.objects.filter(kind="workspace_destroyed")
            if mail.to == olive.email
        ]  # fmt: skip
        assert len(letters) == 1
        assert letters[0].context["certificate"] == certificate_of(tenant)
        event = AuditEvent.objects.get(action="workspace.destroyed", object_id=str(tenant.pk))
        digest = hashlib.sha256(certificate_of(tenant).encode()).hexdigest()
        assert event.detail == {"sha256": digest}


def test_the_operator_sees_the_state_and_the_certificate(ended):
    tenant, _, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    seen = operator_ending.seen(tenant.pk)
    assert (seen.tenant.status, seen.ending) == ("destroyed", None)
    assert certificates.read(seen.certificate)["rows"] > 0


def test_a_command_checks_the_certificate(ended, tmp_path):
    tenant, _, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    file = tmp_path / "certificate.json"
    file.write_text(certificate_of(tenant))
    said = io.StringIO()
    call_command("verify_certificate", file, stdout=said)
    assert said.getvalue().startswith(
        f"It holds: {certificates.read(file.read_text())['rows']} rows"
    )
    file.write_text(certificate_of(tenant).replace("Olive Owner", "Olive Other"))
    with pytest.raises(CommandError, match="not as it was signed"):
        call_command("verify_certificate", file)
