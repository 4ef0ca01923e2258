"""Files of a message in the portal: sealed in chunks under its content key, names and all."""

import base64
import json
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from delivery.escrow import keys, streams
from delivery.escrow.keys import Place
from delivery.letters.words import File
from delivery.models import EscrowChunk, EscrowFile, EscrowItem
from tenancy.ids import uuid7


class OpenedFile(NamedTuple):
    name: str
    media_type: str
    content: bytes


def store(item: EscrowItem, content_key: bytes, files: tuple[File, ...]) -> None:
    """Seal the files of an item that was just stored, in the caller's transaction."""
    for position, file in enumerate(files, start=1):
        stored, chunks = _sealed(item, content_key, position, file)
        stored.save(force_insert=True)
        EscrowChunk.objects.bulk_create(chunks)


def remove(item: EscrowItem) -> None:
    """With the keys goes what they would have opened, in the caller's transaction."""
    EscrowChunk.objects.filter(file__item=item).delete()
    EscrowFile.objects.filter(item=item).delete()


def listed(item: EscrowItem) -> list[dict[str, Any]]:
    """What a checked browser needs to open them; their names too are sealed."""
    return [
        {
            "position": file.position,
            "about": base64.b64encode(file.about).decode(),
            "prefix": base64.b64encode(file.prefix).decode(),
            "chunks": file.chunks,
        }
        for file in EscrowFile.objects.filter(item=item).order_by("position")
    ]


def chunk(item: EscrowItem, position: int, number: int) -> bytes:
    """Raises EscrowChunk.DoesNotExist."""
    found = EscrowChunk.objects.get(file__item=item, file__position=position, number=number)
    return bytes(found.sealed)


def has(item: EscrowItem, position: int) -> bool:
    return EscrowFile.objects.filter(item=item, position=position).exists()


def has_any(item: EscrowItem) -> bool:
    return EscrowFile.objects.filter(item=item).exists()


def names(item: EscrowItem, content_key: bytes) -> list[tuple[int, str]]:
    """Position and name of each, for a page of a browser without script. Raises WrongKey."""
    files = EscrowFile.objects.filter(item=item).order_by("position")
    return [(file.position, _about(item.place, content_key, file)["name"]) for file in files]


@transaction.atomic
def opened(item: EscrowItem, content_key: bytes, position: int) -> OpenedFile:
    """One file in clear, for a browser without script.

    Raises WrongKey, or EscrowFile.DoesNotExist.
    """
    file = EscrowFile.objects.get(item=item, position=position)
    about = _about(item.place, content_key, file)
    chunks = EscrowChunk.objects.filter(file=file).order_by("number")
    content = streams.open_all(
        keys.part_key(item.place, content_key, _part(position)),
        bytes(file.prefix),
        [bytes(each) for each in chunks.values_list("sealed", flat=True)],
        about=item.place.associated_data(f"part/{_part(position)}"),
    )
    return OpenedFile(about["name"], about["mediaType"], content)


def _sealed(
    item: EscrowItem, content_key: bytes, position: int, file: File
) -> tuple[EscrowFile, list[EscrowChunk]]:
    place, part, prefix = item.place, _part(position), streams.new_prefix()
    about = {"name": file.name, "mediaType": file.media_type, "size": len(file.content)}
    sealed = streams.seal(
        keys.part_key(place, content_key, part),
        prefix,
        file.content,
        about=place.associated_data(f"part/{part}"),
    )
    file_id: UUID = uuid7()
    chunks = [
        EscrowChunk(file_id=file_id, number=number, sealed=each)
        for number, each in enumerate(sealed)
    ]
    stored = EscrowFile(
        id=file_id,
        item=item,
        position=position,
        about=keys.seal_part(place, content_key, f"{part}/about", json.dumps(about).encode()),
        prefix=prefix,
        chunks=len(chunks),
    )
    return stored, chunks


def _about(place: Place, content_key: bytes, file: EscrowFile) -> dict[str, Any]:
    name = f"{_part(file.position)}/about"
    about = keys.open_part(place, content_key=content_key, name=name, sealed=bytes(file.about))
    read: dict[str, Any] = json.loads(about)
    return read


def _part(position: int) -> str:
    return f"file/{position}"
