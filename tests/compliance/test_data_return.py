"""All of a workspace's data as one encrypted file: whole, checked, taken once, by whoever asked."""

import hashlib
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile

import pytest
import pyzipper

from accounts.models import Membership
from audit.models import AuditEvent
from audit.services import Actor
from compliance import returning
from compliance.models import DataReturn, Ending, ReturnChunk
from compliance.services import ending, return_work, returns
from compliance.services.returns import ReturnRefused
from contacts.models import Contact, ContactExport
from tenancy import clock
from tests.accounts.signing_in import make_member
from tests.factories.compliance import OPERATOR, agreement_in_force
from tests.factories.contacts import agree, make_contact
from tests.factories.delivery import make_campaign, make_message


@pytest.fixture
def olive(clinic):
    user = make_member(clinic, "owner", "Olive Owner")
    return Actor(kind="user", id=str(user.pk), name=user.name)


@pytest.fixture
def frozen(clinic, olive, nurse):
    agreement_in_force()
    ada = make_contact(external_id="EV-1", given_name="Zyxomark", email="zyx@postbox.example")
    agree(ada, "appointment", nurse)
    make_message(ada)
    make_campaign(name="Mammogram reminder")
    asked = Ending(asker_kind="user", asked_by=olive.id, asked_by_name=olive.name, reason="x")
    return ending.decide(asked, decided_by=OPERATOR)


def opened(file, actor):
    password = returns.show_password(file, actor=actor)
    content = b"".join(returns.parts(returns.take(file, actor=actor)))
    archive = pyzipper.AESZipFile(io.BytesIO(content))
    archive.setpassword(password.encode())
    return archive, content


def test_it_holds_everything_and_its_manifest_is_right(frozen, olive, tmp_path):
    returns.ask(actor=olive)
    return_work.work()
    archive, content = opened(DataReturn.objects.get(), olive)
    manifest = json.loads(archive.read("manifest.json"))
    names = {returning.file_name(entry) for entry in returning.tables()}
    assert set(manifest) == names | {"audit-evidence.zip"}
    assert set(archive.namelist()) == {*manifest, "README.txt", "manifest.json"}
    for name, told in manifest.items():
        inside = archive.read(name)
        assert hashlib.sha256(inside).hexdigest() == told["sha256"], name
        if name.endswith(".jsonl"):
            assert len(inside.splitlines()) == told["rows"], name
    (person,) = map(json.loads, archive.read("contacts.contact.jsonl").splitlines())
    assert person["identity"]["given_name"] == "Zyxomark"
    assert "email_index" not in person
    (consent,) = map(json.loads, archive.read("contacts.consentrecord.jsonl").splitlines())
    assert consent["contact_id"] == person["id"]
    assert b"Mammogram reminder" in archive.read("campaigns.campaign.jsonl")
    assert manifest["delivery.message.jsonl"]["rows"] == 1
    assert b"Zyxomark" not in content


def test_the_audit_log_in_it_is_checked_by_its_own_verifier(frozen, olive, tmp_path):
    returns.ask(actor=olive)
    return_work.work()
    archive, _ = opened(DataReturn.objects.get(), olive)
    evidence = tmp_path / "evidence.zip"
    evidence.write_bytes(archive.read("audit-evidence.zip"))
    verifier = tmp_path / "verifier.py"
    verifier.write_bytes(zipfile.ZipFile(evidence).read("verifier.py"))
    said = subprocess.run(
        [sys.executable, verifier, evidence], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_wrong_password_opens_nothing(frozen, olive):
    returns.ask(actor=olive)
    return_work.work()
    archive, _ = opened(DataReturn.objects.get(), olive)
    archive.setpassword(b"AAAAA-BBBBB-CCCCC-DDDDD")
    with pytest.raises(RuntimeError, match="Bad password"):
        archive.read("contacts.contact.jsonl")


def test_it_is_taken_once_and_shown_once_by_whoever_asked(clinic, frozen, olive):
    returns.ask(actor=olive)
    return_work.work()
    file = DataReturn.objects.get()
    other = make_member(clinic, "owner", "Oscar Owner")
    stranger = Actor(kind="user", id=str(other.pk), name=other.name)
    for act in (returns.take, returns.show_password):
        with pytest.raises(ReturnRefused, match="Only the person who asked"):
            act(file, actor=stranger)
    assert ReturnChunk.objects.filter(of=file).exists()
    opened(file, olive)
    assert not ReturnChunk.objects.exists()
    with pytest.raises(ReturnRefused, match="moved on"):
        returns.take(file, actor=olive)
    with pytest.raises(ReturnRefused, match="was shown"):
        returns.show_password(file, actor=olive)
    done = AuditEvent.objects.filter(action__startswith="workspace.", outcome="done")
    assert {"workspace.return_asked", "workspace.data_exported", "workspace.data_downloaded",
            "workspace.return_password_shown"} <= set(done.values_list("action", flat=True))  # fmt: skip


def test_nobody_asks_before_the_end_is_decided(clinic, olive):
    with pytest.raises(ReturnRefused, match="not decided"):
        returns.ask(actor=olive)
    assert not DataReturn.objects.exists()


def test_it_can_be_stopped_and_ends_with_the_right(clinic, frozen, olive):
    first = returns.ask(actor=olive)
    with pytest.raises(ReturnRefused, match="A file is being written"):
        returns.ask(actor=olive)
    returns.cancel(first, actor=olive)
    return_work.work()
    first.refresh_from_db()
    assert (first.status, first.job.status) == ("canceled", "canceled")
    second = returns.ask(actor=olive)
    Membership.objects.filter(user_id=olive.id).update(role="auditor")
    return_work.work()
    second.refresh_from_db()
    assert second.status == "canceled"
    assert not ReturnChunk.objects.exists()


def test_whoever_follows_a_worker_that_died_begins_anew(frozen, olive, monkeypatch):
    returns.ask(actor=olive)

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(return_work, "_finish", die)
        return_work.work()
    assert ReturnChunk.objects.exists()
    return_work.work()  # the lease of the dead one holds
    assert DataReturn.objects.get().status == "queued"
    with clock.at(clock.now() + return_work.LEASE):
        return_work.work()
    archive, _ = opened(DataReturn.objects.get(), olive)
    assert archive.testzip() is None


def test_memory_stays_flat(frozen, olive):
    """Six thousand rows of 1 kB take no more room than a page of them and a piece of the file."""
    ending.undo(reason="More come", actor=olive)
    for number in range(12):
        Contact.objects.bulk_create(
            Contact(
                identity={"external_id": f"B-{number}-{i}", "note": "x" * 1000},
                attributes={},
                external_id_index=hashlib.sha256(f"{number}-{i}".encode()).digest()[:16],
            )
            for i in range(500)
        )
    asked = Ending(asker_kind="user", asked_by=olive.id, asked_by_name=olive.name, reason="x")
    ending.decide(asked, decided_by=OPERATOR)
    returns.ask(actor=olive)
    tracemalloc.start()
    return_work.work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert DataReturn.objects.get().manifest["contacts.contact.jsonl"]["rows"] == 6_001
    assert peak < 12_000_000


def test_passwords_of_other_files_do_not_go_along():
    columns = {field.name for field in returning._columns(ContactExport)}
    assert "password" not in columns
    assert "reason" in columns


def test_what_nobody_took_is_deleted(frozen, olive):
    returns.ask(actor=olive)
    return_work.work()
    file = DataReturn.objects.get()
    with clock.at(file.ends_at):
        returns.expire_due()
    file.refresh_from_db()
    assert (file.status, file.password, ReturnChunk.objects.count()) == ("expired", None, 0)
