"""What the verifier says of an export: whole, or what is wrong with it. Never a traceback."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from audit import evidence, formats, sequencing, signing
from audit import services as audit
from audit.models import AuditEvent
from audit.verifier import FORMAT
from tenancy.scope import platform_scope
from tests.audit.exports import anchor, export, rewritten, verdict, write_events


@pytest.fixture
def sample(clinic, nurse, tmp_path):
    """Five events and the export itself, anchored after the fifth."""
    write_events(nurse)
    anchor(tmp_path / "anchor.txt")
    return export(tmp_path / "export.zip", nurse)


def test_says_in_one_line_what_holds(clinic, sample, capsys):
    code, said = verdict(capsys, sample, "--against", sample.with_name("anchor.txt"))
    assert code == 0
    assert said.count("\n") == 1
    assert said.startswith(
        f"OK: 6 events (from 0) of {sequencing.origin(clinic.id)} are whole, unaltered and in order"
    )
    assert "6 details opened" in said
    assert said.endswith("; continues what was kept elsewhere\n")


def test_runs_alone_with_the_standard_library_only(sample, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    with zipfile.ZipFile(sample) as archive:
        (alone / "verifier.py").write_bytes(archive.read("verifier.py"))
    command = [sys.executable, "-I", "-S", "verifier.py", str(sample)]
    done = subprocess.run(command, cwd=alone, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK: 6 events")


def test_an_export_without_details_is_as_good(clinic, nurse, tmp_path, capsys):
    write_events(nurse)
    made = evidence.prepare(actor=nurse, with_details=False)
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(made.stream()))
    assert b"days" not in zipfile.ZipFile(path).read("events.jsonl")
    assert "0 details opened" in verdict(capsys, path)[1]


def test_a_range_is_checked_against_the_whole_tree(clinic, nurse, tmp_path, capsys):
    write_events(nurse, 9)
    code, said = verdict(capsys, export(tmp_path / "export.zip", nurse, first=3, end=6))
    assert (code, said.split(" of ")[0]) == (0, "OK: 3 events (from 3)")


def test_old_and_new_signing_keys_are_both_good(clinic, nurse, tmp_path, capsys):
    write_events(nurse)
    kept = anchor(tmp_path / "anchor.txt")
    with platform_scope():
        signing.rotate()
    code, said = verdict(capsys, export(tmp_path / "export.zip", nurse), "--against", kept)
    assert (code, said[:3]) == (0, "OK:")


def test_the_key_that_somebody_knows_decides(sample, capsys):
    with zipfile.ZipFile(sample) as archive:
        key = json.loads(archive.read("manifest.json"))["key"]
    assert verdict(capsys, sample, "--key", key)[0] == 0
    name, _, rest = key.split("+", 2)
    code, said = verdict(capsys, sample, "--key", f"{name}+00000000+{rest}")
    assert (code, said) == (1, "FAILED: the key is malformed\n")


def test_an_anchor_of_another_tenant_is_refused(sample, other_clinic, nurse, tmp_path, capsys):
    from tenancy.scope import tenant_scope

    with tenant_scope(other_clinic.id):
        write_events(nurse)
        theirs = anchor(tmp_path / "theirs.txt")
    code, said = verdict(capsys, sample, "--against", theirs)
    assert (code, said) == (
        1,
        "FAILED: the checkpoint that was kept elsewhere is of another tree\n",
    )


def test_rejects_every_single_bit_flip_of_every_file(sample, tmp_path, capsys):
    """All bits of the small files, a spread of those of the large ones."""
    with zipfile.ZipFile(sample) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    target, flips = tmp_path / "flipped.zip", 0
    for name, content in contents.items():
        for bit in range(0, len(content) * 8, max(1, len(content) * 8 // 60)):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            with zipfile.ZipFile(target, "w") as archive:
                for each, text in contents.items():
                    archive.writestr(each, bytes(changed) if each == name else text)
            assert verdict(capsys, target)[0] == 1, (name, bit)
            flips += 1
    assert flips >= 60 * len([content for content in contents.values() if content])
    assert verdict(capsys, sample)[0] == 0


def test_a_flipped_bit_of_the_zip_never_changes_what_is_accepted(sample, tmp_path, capsys):
    whole = sample.read_bytes()
    target, refused = tmp_path / "flipped.zip", 0
    for bit in range(0, len(whole) * 8, len(whole) * 8 // 300):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        target.write_bytes(bytes(changed))
        code, said = verdict(capsys, target)
        assert said.startswith(("OK:", "FAILED:"))
        refused += code
        if code == 0:
            with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(target) as new:
                assert [old.read(n) for n in old.namelist()] == [
                    new.read(n) for n in old.namelist()
                ]
    assert refused >= 250


DEEP = b"[" * 200_000
HOSTILE = {
    "manifest.json": [
        b"",
        b"{}",
        b"[]",
        b"null",
        DEEP,
        b'{"format":"' + FORMAT.encode() + b'"}',
        b"\xff",
    ],
    "manifest.sig": [b"", b"AAAA", b"\xff" * 10, b"=" * 1000],
    "leaves.txt": [b"", b"zz\n", b"00" * 32, b"\xff\n"],
    "events.jsonl": [b"{}\n", b"null\n", DEEP + b"\n", b'{"seq": 1e400}\n', b"\xff\n"],
    "checkpoints.jsonl": [b"", b"{}\n", b'{"note": 1, "size": 2, "key": 3}\n'],
}


@pytest.mark.parametrize(
    ("name", "content"),
    [(n, c) for n, cs in HOSTILE.items() for c in cs],
    ids=lambda x: str(x)[:20],
)
def test_a_hostile_file_is_refused_without_a_traceback(sample, tmp_path, capsys, name, content):
    put = rewritten(sample, tmp_path / "bad.zip", lambda n, old: content if n == name else old)
    code, said = verdict(capsys, put)
    assert code == 1
    assert said.startswith("FAILED: ")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" * 99]
)
def test_what_is_no_zip_is_refused(tmp_path, capsys, content):
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    code, said = verdict(capsys, path)
    assert (code, said) == (1, "FAILED: this is not an export, or it was damaged\n")


@pytest.mark.parametrize("content", ["", "x", "\n\n\n", "a\n1\n=\n\n\u2014 a =\n", "a" * 20_000])
def test_what_is_no_checkpoint_is_refused(sample, tmp_path, capsys, content):
    kept = tmp_path / "kept.txt"
    kept.write_text(content)
    code, said = verdict(capsys, sample, "--against", kept)
    assert code == 1
    assert said.startswith("FAILED: the checkpoint that was kept elsewhere")


def test_another_format_is_not_guessed_at(sample, tmp_path, capsys):
    def change(name, old):
        return old.replace(FORMAT.encode(), b"sealpost-evidence-1") if "json" in name else old

    put = rewritten(sample, tmp_path / "old.zip", change)
    assert verdict(capsys, put) == (1, "FAILED: this verifier does not know the format\n")
    assert verdict(capsys, sample)[0] == 0


def test_names_what_was_put_in_or_left_out(sample, tmp_path, capsys):
    more = tmp_path / "more.zip"
    more.write_bytes(sample.read_bytes())
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("extra.txt", "x")
    assert verdict(capsys, more) == (1, "FAILED: files were put in or left out\n")


def test_cef_stays_one_line_and_one_field(clinic, nurse):
    audit.record_denial("contact.reveal", actor=nurse, reason="a|b=c\\d\ne\u2028f")
    line = formats.cef(AuditEvent.objects.get().facts, seq=4)
    assert len(line.splitlines()) == 1
    assert line.startswith("CEF:0|Sealpost|Sealpost|1|contact.reveal|contact reveal|6|rt=")
    assert r"reason=a|b\=c\\d\ne\nf " in line


def test_fhir_has_what_an_audit_event_must_have(clinic, nurse):
    audit.record("contact.revealed", actor=nurse, on=clinic)
    event = formats.fhir(AuditEvent.objects.get().facts)
    assert event["resourceType"] == "AuditEvent"
    assert event["type"]["code"] == "110110"
    assert (event["action"], event["outcome"]) == ("R", "0")
    assert event["agent"][0]["requestor"] is True
    assert event["source"]["observer"]["display"]
    assert event["entity"] == [
        {"what": {"identifier": {"value": str(clinic.id)}, "type": "tenancy.tenant"}}
    ]
