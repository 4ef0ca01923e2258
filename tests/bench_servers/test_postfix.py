"""What a real Postfix in four TLS postures gets and stores. Needs root for a network namespace."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.bench_servers.postfix import POSTURES, Postfix
from tests.delivery.mailauth import mailauth_says
from tests.delivery.test_dkim import BODY, DNS_NAME, dkimpy_says, record, signed
from tests.smtp_server import Certificates

pytestmark = pytest.mark.bench_servers
ROOT = Path(__file__).parents[2]

# recipient, required level → result, reply code, TLS version or None, failures
TABLE = [
    ("ada@valid.example", "T2", "accepted", 250, "TLSv1.3", []),
    ("ada@none.example", "T2", "unprotected", None, "", ["starttls-not-supported"]),
    ("ada@expired.example", "T2", "unprotected", None, "", ["certificate-expired"]),
    ("ada@untrusted.example", "T2", "unprotected", None, "", ["certificate-not-trusted"]),
    ("ben@none.example", "T0", "accepted", 250, "", []),
    ("ben@expired.example", "T0", "accepted", 250, "TLSv1.3", []),
    ("gone@valid.example", "T2", "refused", 550, "TLSv1.3", []),
    ("later@valid.example", "T2", "refused", 451, "TLSv1.3", []),
]


def missing() -> str:
    """Why this machine cannot run the bench; empty if it can."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    if not shutil.which("postfix"):
        return "Postfix is not installed"
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "no network namespace can be made here"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    """Outcomes by recipient, the Postfix that stored, and the message that was sent."""
    if reason := missing():
        if os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get"):
            pytest.fail(f"The bench could run in CI, but {reason}.")
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("postfix")
    shared = Path(tempfile.gettempdir())
    for parent in [folder, *(parent for parent in folder.parents if shared in parent.parents)]:
        parent.chmod(0o755)  # for Postfix's own account; never the shared folder itself
    return run(folder)


def run(folder):
    (folder / "certificates").mkdir()
    certificates = Certificates(folder / "certificates")
    files = {
        "valid": certificates.valid("mx.valid.example"),
        "expired": certificates.expired("mx.expired.example"),
        "untrusted": certificates.untrusted("mx.untrusted.example"),
    }
    for file in files.values():
        key_first(file)
    postfix = Postfix(folder / "postfix", files)
    postfix.write()
    message = signed(BODY)
    (folder / "message.eml").write_bytes(message)
    zone = {
        "mx": {f"{p}.example": [[10, f"mx.{p}.example"]] for p in POSTURES},
        "a": {f"mx.{p}.example": [address] for p, address in POSTURES.items()},
    }
    (folder / "zone.json").write_text(json.dumps(zone))
    job = {
        "root": str(postfix.root),
        "certificates": {name: str(file) for name, file in files.items()},
        "ca": str(certificates.ca_file),
        "zone": str(folder / "zone.json"),
        "expected": ["valid"],
        "messages": [
            {"to": row[0], "level": row[1], "file": str(folder / "message.eml")} for row in TABLE
        ],
    }
    (folder / "job.json").write_text(json.dumps(job))
    inside = f"ip link set lo up && exec {sys.executable} -m tests.bench_servers.exchange {folder}/job.json"
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", inside], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {row["to"]: row for row in json.loads(done.stdout)}, postfix, message


def key_first(file: Path) -> None:
    """Postfix wants the key before its certificate."""
    blocks = re.findall(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----\n", file.read_text(), re.S)
    file.write_text("".join(sorted(blocks, key=lambda block: "PRIVATE KEY" not in block)))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_outcome_is_as_in_the_table(exchange, row):
    to, _, result, code, tls, failures = row
    outcome = exchange[0][to]
    assert (outcome["result"], outcome["tls"]) == (result, tls)
    assert outcome["failures"] == failures
    assert code is None or outcome["reply"][0] == code


def test_only_what_was_accepted_is_stored(exchange):
    outcomes, postfix, _ = exchange
    boxes = {
        f"{path.parents[1].name}@{path.parents[2].name}"
        for path in (postfix.root / "mail").glob("*/*/new/*")
    }
    assert boxes == {to for to, outcome in outcomes.items() if outcome["result"] == "accepted"}


def test_what_arrives_is_what_was_sent_and_its_signature_holds(exchange):
    _, postfix, message = exchange
    (stored,) = postfix.stored("ada@valid.example")
    arrived = stored[stored.index(b"DKIM-Signature:") :].replace(b"\n", b"\r\n")
    assert arrived == message
    assert dkimpy_says(arrived)
    assert mailauth_says(arrived, DNS_NAME, record()) == "pass"
    assert b"using TLSv1.3" in stored
    changed = arrived.replace(b"Dear Ada", b"Dear Bea")
    assert not dkimpy_says(changed)
    assert mailauth_says(changed, DNS_NAME, record()) != "pass"
