"""Encrypted mail as OpenSSL, which knows nothing of us, opens and checks it."""

import shutil
import subprocess
from email import message_from_bytes, policy

import pytest

from delivery.wire import headers, mime, smime
from tests.mail_pki import Issued, MailAuthority

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl tool is not here")

BODY = mime.alternative(b"Dear Ada\r\n", b"<p>Dear Ada</p>\r\n", boundary="=_b")
FILES = ("ada.pem", "ada.key", "eve.pem", "eve.key", "ca.pem")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smime")
    authority = MailAuthority()
    people = {name: authority.issue(f"{name}@post.example") for name in ("ada", "eve", "clinic")}
    for name in ("ada", "eve"):
        (folder / f"{name}.pem").write_text(people[name].pem)
        (folder / f"{name}.key").write_text(people[name].key_pem)
    authority.write(folder)
    return folder, people


def closed(sender: Issued, recipient: Issued) -> bytes:
    seal = smime.Seal.from_pem(sender.pem, sender.key_pem.encode())
    fields, body = seal.around(
        [headers.field("Content-Type", mime.content_type("=_b"))],
        BODY,
        recipient.certificate,
        subject="Your résumé of Monday",
    )
    outer = [b"From: <clinic@post.example>\r\n", b"MIME-Version: 1.0\r\n", *fields]
    return b"".join([*outer, b"\r\n", body])


def openssl(folder, command: list[str], message: bytes) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["openssl", "cms", *command], input=message, capture_output=True, cwd=folder, check=False
    )


def opened(folder, message: bytes, who: str) -> subprocess.CompletedProcess:
    return openssl(folder, ["-decrypt", "-recip", f"{who}.pem", "-inkey", f"{who}.key"], message)


def test_the_recipient_opens_it_and_sees_who_signed(pki):
    folder, people = pki
    signed = opened(folder, closed(people["clinic"], people["ada"]), "ada")
    assert signed.returncode == 0
    checked = openssl(
        folder, ["-verify", "-CAfile", "mail-ca.pem", "-purpose", "smimesign"], signed.stdout
    )
    assert checked.returncode == 0
    inner = message_from_bytes(checked.stdout, policy=policy.default)
    assert inner["Subject"] == "Your résumé of Monday"
    assert inner["HP-Outer"] == f"Subject: {smime.OUTER_SUBJECT}"
    assert inner.get_param("hp") == "cipher"
    parts = [part.get_content().strip() for part in inner.iter_parts()]
    assert parts == ["Dear Ada", "<p>Dear Ada</p>"]


def test_nobody_else_opens_it(pki):
    folder, people = pki
    message = closed(people["clinic"], people["ada"])
    assert opened(folder, message, "eve").returncode != 0
    assert b"Ada" not in message
    assert b"Monday" not in message


def test_what_was_altered_is_not_taken_for_the_senders(pki):
    folder, people = pki
    signed = opened(folder, closed(people["clinic"], people["ada"]), "ada").stdout
    stranger = MailAuthority()
    (folder / "mail-ca-2.pem").write_bytes(stranger.write(folder / "..").read_bytes())
    checked = openssl(folder, ["-verify", "-CAfile", "mail-ca-2.pem"], signed)
    assert checked.returncode != 0


def test_it_is_seven_bits_wide_with_short_lines(pki):
    _, people = pki
    message = closed(people["clinic"], people["ada"])
    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 78
    assert message.count(b"\n") == message.count(b"\r\n")
