"""Files that people send with a reply: judged by what they hold, looked through, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from delivery.escrow import file_kinds, scanning
from delivery.escrow.scanning import Scan
from delivery.models import Reply, ReplyFile
from tenancy.errors import DomainError

MOST = 10
LONGEST_NAME = 150


class FileNotTaken(DomainError):
    """Too many files, too large together, or of a kind that is not taken."""


class FileInfected(DomainError):
    """Malware was found in it: it was not kept."""


@dataclass(frozen=True)
class Sent:
    """A file as it came, with the kind that its content shows and what the scan found."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)
    scan: Scan


def judge(files: Sequence[tuple[str, bytes]]) -> tuple[Sent, ...]:
    """Outside of every transaction: clamd takes its time. Raises FileNotTaken."""
    if len(files) > MOST or sum(len(content) for _, content in files) > file_kinds.LARGEST:
        raise FileNotTaken("Send at most ten files of 25 MB together.")
    kinds = [file_kinds.kind_of(name, content) for name, content in files]
    if not all(kinds):
        raise FileNotTaken("Send PDF, pictures, text or office documents.")
    found = scanning.scan_all([content for _, content in files], door=settings.MALWARE_SCANNER)
    return tuple(
        Sent(name[-LONGEST_NAME:], kind, content, scan)
        for (name, content), kind, scan in zip(files, kinds, found, strict=True)
    )


def store(reply: Reply, files: Sequence[Sent]) -> None:
    """In the transaction that stores the reply."""
    for position, sent in enumerate(files, start=1):
        ReplyFile.objects.create(
            reply=reply,
            position=position,
            name=sent.name,
            media_type=sent.media_type,
            size=len(sent.content),
            scan=sent.scan,
            content=None if sent.scan is Scan.INFECTED else sent.content,
        )


def of(reply: Reply) -> list[ReplyFile]:
    """Without what they hold."""
    return list(ReplyFile.objects.filter(reply=reply).defer("content").order_by("position"))


@transaction.atomic
def opened(file: ReplyFile, *, actor: Actor) -> bytes:
    """The content for staff; the look is recorded. Raises FileInfected."""
    if file.content is None:
        raise FileInfected("Malware was found in this file. It was not kept.")
    audit.record("reply.file_saved", actor=actor, on=file, scan=file.scan)
    return bytes(file.content)
