"""Reading a message: what the browser gets, and how we know that it was opened."""

import base64
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction

from audit import services as audit
from compliance import queries as compliance_queries
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from contacts import services as contacts
from contacts.models import Activity
from delivery.escrow import attachments, keys, passphrases, services
from delivery.escrow.attachments import OpenedFile
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowEvent, EscrowFile, EscrowItem, EscrowVisit
from tenancy import clock

OpenedBy = Literal["browser", "server"]


class FilesKept(NotOpened):
    """The clinic hands out files itself."""


@dataclass(frozen=True)
class Opened:
    subject: str
    text: str
    # Position and name.
    files: list[tuple[int, str]]


def sealed_message(visit: EscrowVisit) -> dict[str, Any]:
    """What a checked browser needs beside its link key. Raises VisitEnded before the check."""
    _refuse_unchecked(visit)
    item = visit.item
    return {
        "place": {
            "tenantId": str(item.tenant_id),
            "itemId": str(item.id),
            "contactId": str(item.contact_id),
        },
        "serverShare": _text(item.server_share),
        "wrappedKey": _text(item.wrapped_key),
        "needsPassphrase": item.passphrase_id is not None,
        "parts": {name: _text(getattr(item, name)) for name in ("subject", "html")},
        "files": attachments.listed(item) if may_save_files() else [],
    }


def may_save_files() -> bool:
    return compliance_queries.policy().portal_may_save


def keeps_files(item: EscrowItem) -> bool:
    """There are files, and the clinic hands them out itself."""
    return not may_save_files() and attachments.has_any(item)


def confirm_read(visit: EscrowVisit, receipt: str) -> None:
    """Record that the browser opened the message. Raises NotOpened unless its receipt proves it."""
    _refuse_unchecked(visit)
    try:
        shown = bytes.fromhex(receipt)
    except ValueError:
        raise NotOpened("This is no receipt.") from None
    if not keys.matches(keys.receipt_digest(shown), bytes(visit.item.receipt_digest)):
        raise NotOpened("This receipt is for another message.")
    _record_read(visit, "browser")


def open_as_text(visit: EscrowVisit, access_key: str, passphrase: str = "") -> Opened:
    """Subject and plain text, opened here for a browser without script. Raises NotOpened.

    The key and the passphrase live for this call only.
    """
    content_key, item = _content_key(visit, access_key, passphrase), visit.item
    subject, text = (
        keys.open_part(
            item.place, content_key=content_key, name=name, sealed=bytes(getattr(item, name))
        ).decode()
        for name in ("subject", "text")
    )
    _record_read(visit, "server")
    files = attachments.names(item, content_key) if may_save_files() else []
    return Opened(subject, text, files)


def open_file(
    visit: EscrowVisit, position: int, access_key: str, passphrase: str = ""
) -> OpenedFile:
    """One file, opened here for a browser without script. Raises NotOpened, or FilesKept of it."""
    content_key = _content_key(visit, access_key, passphrase)
    _refuse_kept()
    try:
        file = attachments.opened(visit.item, content_key, position)
    except EscrowFile.DoesNotExist:
        raise NotOpened("The message has no such file.") from None
    note_download(visit, position)
    return file


def file_chunk(visit: EscrowVisit, position: int, number: int) -> bytes:
    """A sealed piece of a file.

    Raises EscrowChunk.DoesNotExist, VisitEnded before the check, or FilesKept.
    """
    _refuse_unchecked(visit)
    _refuse_kept()
    return attachments.chunk(visit.item, position, number)


@transaction.atomic
def note_download(visit: EscrowVisit, position: int) -> None:
    """The browser says that a file was saved. Once for a visit and file; of no file nothing is told."""
    _refuse_unchecked(visit)
    item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
    earlier = EscrowEvent.objects.filter(
        item=item, kind=EscrowEvent.Kind.DOWNLOADED, occurred_at__gte=visit.began_at
    )
    noted = {event.detail["position"] for event in earlier}
    if position not in noted and attachments.has(item, position):
        services.record(item, EscrowEvent.Kind.DOWNLOADED, position=position)


@transaction.atomic
def note_print(visit: EscrowVisit) -> None:
    """The browser says that it was printed: as good as we can know. Once for a visit."""
    _refuse_unchecked(visit)
    item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
    earlier = EscrowEvent.objects.filter(item=item, kind=EscrowEvent.Kind.PRINTED)
    if not earlier.filter(occurred_at__gte=visit.began_at).exists():
        services.record(item, EscrowEvent.Kind.PRINTED)


@transaction.atomic
def report_wrong_person(visit: EscrowVisit) -> None:
    """Close the message and stop all mail to a mailbox that belongs to somebody else.

    Raises VisitEnded if it was closed in the meantime.
    """
    item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
    if not item.is_open:
        raise VisitEnded("The message is no longer in the portal.")
    services.shred(item, EscrowItem.Status.WRONG_PERSON)
    services.record(item, EscrowEvent.Kind.WRONG_PERSON)
    compliance.suppress(
        str(visit.item.contact.identity["email"]),
        reason=SuppressionReason.WRONG_PERSON,
        source=Suppression.Source.PERSON,
        actor=contacts.patient(item.contact_id),
    )
    audit.record("portal.wrong_person", actor=contacts.patient(item.contact_id), on=item)


@transaction.atomic
def _record_read(visit: EscrowVisit, opened_by: OpenedBy) -> None:
    """Also of a message that was closed in the meantime: what a browser had, it has opened."""
    item = EscrowItem.objects.select_for_update().get(pk=visit.item_id)
    services.record(item, EscrowEvent.Kind.OPENED, opened_by=opened_by)
    audit.record(
        "portal.message_read", actor=contacts.patient(item.contact_id), on=item, opened_by=opened_by
    )
    if item.read_at is None:
        item.read_at = clock.now()
        if item.status == EscrowItem.Status.WAITING:
            item.status = EscrowItem.Status.READ
        item.remind_at = None
        item.save(update_fields=["read_at", "status", "remind_at"])
        contacts.record_activity(
            item.contact,
            kind=Activity.Kind.READ,
            cause=item.message.cause,
            cause_id=item.message.cause_id,
        )


def _content_key(visit: EscrowVisit, access_key: str, passphrase: str) -> bytes:
    _refuse_unchecked(visit)
    item = visit.item
    agreed = item.passphrase
    stretched = passphrases.stretch(passphrase, bytes(agreed.salt)) if agreed else b""
    try:
        return keys.content_key(
            item.place,
            link_key=keys.read_link_key(access_key),
            server_share=item.server_share,
            wrapped_key=bytes(item.wrapped_key),
            stretched=stretched,
        )
    except keys.WrongKey:
        raise NotOpened("The message did not open with this key.") from None


def _refuse_unchecked(visit: EscrowVisit) -> None:
    if visit.checked_at is None:
        raise VisitEnded("Answer the questions first.")


def _refuse_kept() -> None:
    if not may_save_files():
        raise FilesKept("The clinic hands out files itself.")


def _text(ciphertext: bytes) -> str:
    return base64.b64encode(bytes(ciphertext)).decode()
