"""An archive leaves as a zip file with AES-256, under a password that belongs to this copy alone.

The password is derived from the workspace's key and stored nowhere: it is shown once, with a ticket that
lets the same person take the file within a quarter of an hour.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pyzipper
from django.core import signing

from audit import services
from audit.archives import ArchiveFile
from audit.models import Archive
from audit.services import Actor, Touched
from audit.sinks import UNDATED, Sink
from tenancy.errors import DomainError
from tenancy.ids import uuid7
from tenancy.keyring import current_keys

SALT = "audit.archive-copy"
LASTS = timedelta(minutes=15)
READ = 256 * 1024
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class NoCopy(DomainError):
    """There is no file to take, or the time to take it is over."""


class Copy(NamedTuple):
    """What a person needs to take a copy, and to open it."""

    ticket: str
    password: str


def offer(archive: Archive, *, actor: Actor) -> Copy:
    """Raises NoCopy while there is no file."""
    _require_file(archive)
    copy = uuid7().hex
    services.record("archive.password_shown", actor=actor, on=archive)
    ticket = signing.dumps([str(archive.pk), actor.id, copy], salt=SALT)
    return Copy(ticket, _password(archive, copy))


def take(archive: Archive, *, ticket: str, actor: Actor) -> Iterator[bytes]:
    """The encrypted copy, in parts. Raises NoCopy."""
    _require_file(archive)
    try:
        archive_id, person, copy = signing.loads(ticket, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        raise NoCopy("The time to take this copy is over. Ask for a new one.") from None
    if (archive_id, person) != (str(archive.pk), actor.id):
        services.record_denial(
            "archive.downloaded", actor=actor, on=archive, reason="not the asker"
        )
        raise NoCopy("This copy is for somebody else. Ask for one of your own.")
    touched = Touched(classes=("evidence",), rows=archive.events)
    services.record_reading(
        "archive.downloaded", actor=actor, on=archive, touched=touched, sha256=archive.sha256
    )
    return _encrypted(archive, _password(archive, copy))


def file_name(archive: Archive) -> str:
    return f"audit-{archive.month:%Y-%m}.zip"


def _encrypted(archive: Archive, password: str) -> Iterator[bytes]:
    sink, file = Sink(), io.BufferedReader(ArchiveFile(archive, lambda _: None))
    with pyzipper.AESZipFile(sink, "w", encryption=pyzipper.WZ_AES) as copy:
        copy.setpassword(password.encode())
        copy.setencryption(pyzipper.WZ_AES, nbits=256)
        inside = pyzipper.zipfile_aes.AESZipInfo(file_name(archive), UNDATED)
        with copy.open(inside, "w", force_zip64=True) as whole:
            while part := file.read(READ):
                whole.write(part)
                yield sink.take()
    yield sink.take()


def _password(archive: Archive, copy: str) -> str:
    """Twenty letters and digits, 100 bits, as the files of people have."""
    secret = current_keys().derive(f"archive-copy|{archive.pk}|{copy}")
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in secret[:20])
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def _require_file(archive: Archive) -> None:
    if archive.status != Archive.Status.READY:
        raise NoCopy("This archive has no file.")
