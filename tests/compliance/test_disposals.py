"""Old events of the log go when two people say so; their places and proofs stay, and an outsider sees why."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.countersignatures import NotDecided
from accounts.services.sign_in import actor_for
from audit import checking, merkle, notes, queries, sequencing
from audit.archives import ArchiveFile
from audit.models import Archive, ArchivePiece, AuditEvent, Checkpoint, Disposal, Leaf
from compliance import disposable, integrity
from compliance.models import RetentionSettings
from compliance.services.disposals import NotDisposed
from tenancy import clock
from tenancy.models import Job
from tests.accounts.signing_in import make_member
from tests.audit.exports import anchor, export, superuser, verdict
from tests.audit.months import archived, write_month
from tests.audit.months import work as archive
from tests.compliance.disposing import APRIL, MARCH, ask, disposed, grant, left, old_log, work


@pytest.fixture
def olive(clinic):
    return actor_for(make_member(clinic, "owner", "Olive Owner"))


@pytest.fixture
def cora(clinic):
    return actor_for(make_member(clinic, "compliance_officer", "Cora Officer"))


@pytest.fixture
def two(olive, cora):
    return olive, cora


def check(actor) -> Job:
    job = checking.start(actor=actor)
    checking.work_on(job.pk)
    job.refresh_from_db()
    return job


def test_two_people_let_the_oldest_month_go(nurse, olive, cora):
    march, _ = old_log(nurse)
    before = left()
    disposal = disposed(olive, cora)
    gone = list(range(march.first, march.end))
    assert left()[: len(before) - len(gone)] == [seq for seq in before if seq not in gone]
    assert (disposal.status, disposal.removed, disposal.job.status) == (
        "done",
        len(gone),
        "succeeded",
    )
    assert Leaf.objects.filter(seq__in=gone).count() == len(gone)
    order = AuditEvent.objects.get(action="audit.disposal_ordered")
    said = json.loads(order.facts["order"])
    assert (said["first"], said["end"], said["until"]) == (march.first, march.end, "2019-03")
    assert (said["asked_by"]["name"], said["granted_by"]["name"]) == ("Olive Owner", "Cora Officer")
    assert said["archives"] == [
        {"month": "2019-03", "first": march.first, "end": march.end, "sha256": march.sha256}
    ]
    told = AuditEvent.objects.get(action="audit.disposed").detail
    assert (told["removed"], told["order"]) == (len(gone), str(order.pk))


def test_one_person_alone_disposes_of_nothing(nurse, olive, cora):
    old_log(nurse)
    before = left()
    ask(olive)
    with pytest.raises(NotDecided, match="Somebody else"):
        grant(olive)
    work()
    assert left()[: len(before)] == before
    countersignatures.refuse(Countersignature.objects.get().pk, actor=cora, reason="Not yet")
    work()
    assert Disposal.objects.get().status == "asked"
    assert left()[: len(before)] == before


def test_an_old_proof_holds_and_the_verifier_says_who_let_events_go(nurse, olive, cora, tmp_path):
    march, _ = old_log(nurse)
    event = Leaf.objects.get(seq=march.first + 1)
    proof = json.loads(integrity.proof_of(AuditEvent.objects.get(pk=event.pk)))
    kept, old_size = anchor(tmp_path / "kept.txt"), Checkpoint.objects.latest("size").size
    old_root = bytes(Checkpoint.objects.latest("size").root)
    disposed(olive, cora)
    path = export(tmp_path / "export.zip", nurse)
    with zipfile.ZipFile(path) as archive:
        (tmp_path / "verifier.py").write_bytes(archive.read("verifier.py"))
    command = [sys.executable, "-I", "-S", "verifier.py", str(path), "--against", str(kept)]
    done = subprocess.run(
        command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        f"; {march.events} events disposed by order of Cora Officer, asked for by Olive Owner;"
        in (done.stdout)
    )
    assert done.stdout.endswith("; continues what was kept elsewhere\n")
    assert not AuditEvent.objects.filter(pk=event.pk).exists()
    public = notes.base64.b64decode(proof["key"].split("+", 2)[2])[1:]
    signed = notes.open_note(proof["checkpoint"], public)
    hashes = [bytes.fromhex(value) for value in proof["proof"]]
    leaf = bytes(event.hash)
    merkle.check_inclusion(leaf, index=event.seq, size=signed.size, proof=hashes, root=signed.root)
    grown = queries.consistency(notes.Checkpoint("x", old_size, old_root))
    merkle.check_consistency(
        old_size=old_size,
        old_root=old_root,
        size=grown.checkpoint.size,
        root=bytes(grown.checkpoint.root),
        proof=grown.hashes,
    )
    assert merkle.root(list(queries.leaf_hashes(grown.checkpoint.size))) == bytes(
        grown.checkpoint.root
    )


def test_the_service_itself_finds_nothing_wrong_with_it(nurse, olive, cora):
    march, _ = old_log(nurse)
    disposed(olive, cora)
    job = check(nurse)
    assert (job.status, job.problem) == ("succeeded", None)
    told = AuditEvent.objects.filter(action="audit.checked").latest("recorded_at").detail
    assert (told["disposed"], told["findings"]) == (march.events, 0)


FORGED = """
INSERT INTO audit_disposal (id, tenant_id, month, first, "end", keeps_archives, status, asked_by,
    asked_by_name, asked_at, granted_by, granted_by_name, granted_at, event_id, reached, removed)
SELECT gen_random_uuid(), tenant_id, month, 0, %(end)s, keeps_archives, 'done', 'x', 'X', now(), 'y', 'Y',
    now(), event_id, %(end)s, 0 FROM audit_disposal WHERE tenant_id = %(tenant)s
"""


@pytest.mark.parametrize("forged", [False, True])
def test_a_superuser_who_deletes_more_than_was_ordered_is_found_out(
    clinic, nurse, two, tmp_path, capsys, forged
):
    march, april = old_log(nurse)
    disposed(*two)
    with superuser() as admin:
        if forged:
            admin.execute(FORGED, {"tenant": clinic.id, "end": april.end})
        admin.execute(
            "DELETE FROM audit_auditevent WHERE id = (SELECT id FROM audit_leaf"
            " WHERE tenant_id = %s AND seq = %s)",
            [clinic.id, april.first],
        )
    sentence = f"event {april.first} is missing"
    assert check(nurse).problem == f"E{sentence[1:]}."
    path = export(tmp_path / "export.zip", nurse)
    assert verdict(capsys, path) == (1, f"FAILED: {sentence}\n")
    assert march.end == april.first


def test_an_order_that_the_service_did_not_sign_lets_nothing_go(
    clinic, nurse, olive, cora, tmp_path, capsys
):
    """A superuser can put an event into the log that looks like an order; the key is not in the database."""
    march, april = old_log(nurse)
    disposed(olive, cora)
    with superuser() as admin:
        admin.execute("SET session_replication_role = origin")
        admin.execute(
            "INSERT INTO audit_auditevent (id, tenant_id, action, outcome, actor_kind, actor_id, actor_name,"
            " object_type, object_id, detail, salt, recorded_at, leaf) SELECT %(new)s::uuid, tenant_id, action,"
            " outcome, actor_kind, actor_id, actor_name, object_type, object_id, detail, salt, recorded_at,"
            " convert_to(replace(replace(convert_from(leaf, 'UTF8'), %(wide)s::text, %(wider)s::text),"
            " id::text, %(new)s::text), 'UTF8') FROM audit_auditevent WHERE tenant_id = %(tenant)s"
            " AND action = 'audit.disposal_ordered'",
            {
                "tenant": clinic.id,
                "new": "01a20798-b383-70e4-bff1-a91c40e3fb65",
                "wide": f'\\"end\\":{march.end},\\"first\\":0',
                "wider": f'\\"end\\":{april.end},\\"first\\":0',
            },
        )
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE audit_disposal SET event_id = '01a20798-b383-70e4-bff1-a91c40e3fb65'"
            " WHERE tenant_id = %s",
            [clinic.id],
        )
        admin.execute(
            "DELETE FROM audit_auditevent WHERE id = (SELECT id FROM audit_leaf"
            " WHERE tenant_id = %s AND seq = %s)",
            [clinic.id, april.first],
        )
    sequencing.catch_up()
    place = Leaf.objects.get(pk="01a20798-b383-70e4-bff1-a91c40e3fb65").seq
    said = f"the order of disposal at place {place} is not signed by the service"
    assert check(nurse).problem.splitlines()[0] == f"T{said[1:]}."
    path = export(tmp_path / "export.zip", nurse)
    assert verdict(capsys, path) == (1, f"FAILED: {said}\n")


def test_what_is_too_young_is_not_offered(nurse, olive, cora):
    with clock.at(clock.now() - timedelta(days=2192 - 62)):
        young = clock.now().date().replace(day=1)
    archived(nurse, (young.year, young.month))
    assert disposable.offers() == []
    with pytest.raises(NotDisposed, match="old enough"):
        ask(olive, month=young)
    with clock.at(clock.now() + timedelta(days=100)):
        assert [offer.month for offer in disposable.offers()] == [young]
    assert not Disposal.objects.exists()


def test_a_longer_period_keeps_longer(nurse, olive, cora):
    old_log(nurse)
    assert [offer.month for offer in disposable.offers()] == [MARCH, APRIL]
    ask(olive)
    RetentionSettings.objects.create(audit_days=5479)
    assert disposable.offers() == []
    before = left()
    with pytest.raises(NotDisposed, match="not as it was"):
        grant(cora)
    work()
    assert left()[: len(before)] == before


def test_without_archives_it_takes_a_word_of_its_own(nurse, olive, cora):
    write_month(nurse, 2019, 3)
    sequencing.catch_up()
    with pytest.raises(NotDisposed, match="in archives"):
        ask(olive)
    assert not Disposal.objects.exists()
    disposal = disposed(olive, cora, keeps=False)
    assert (disposal.status, disposal.removed) == ("done", 3)
    order = AuditEvent.objects.get(action="audit.disposal_ordered")
    assert json.loads(order.facts["order"])["archives"] == []
    archive()
    assert not Archive.objects.exists()
    assert check(nurse).status == "succeeded"


def test_archives_go_too_if_both_say_so(nurse, olive, cora, tmp_path, capsys):
    march, april = old_log(nurse)
    path = tmp_path / "march.zip"
    path.write_bytes(ArchiveFile(march, lambda _: None).read())
    disposed(olive, cora, keeps=False)
    states = list(Archive.objects.order_by("month").values_list("status", flat=True))
    assert states == ["disposed", "ready"]
    assert not ArchivePiece.objects.filter(archive=march).exists()
    assert ArchivePiece.objects.filter(archive=april).exists()
    assert verdict(capsys, path)[0] == 0
    order = AuditEvent.objects.get(action="audit.disposal_ordered")
    assert json.loads(order.facts["order"])["archives"][0]["sha256"] == march.sha256


def test_the_next_disposal_begins_where_the_last_ended(nurse, olive, cora, tmp_path, capsys):
    march, april = old_log(nurse)
    disposed(olive, cora)
    disposal = disposed(cora, olive, month=APRIL)
    assert (disposal.first, disposal.end, disposal.removed) == (march.end, april.end, april.events)
    code, said = verdict(capsys, export(tmp_path / "export.zip", nurse))
    assert (code, said.count("events disposed by order of")) == (0, 2)
    assert disposable.offers() == []
