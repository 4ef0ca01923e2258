"""What is inside of a backup: frames, each a table's name, some of its rows, or the manifest at the end."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import orjson

from compliance.backups.chunks import BackupRefused, SealingFile

FRAME = struct.Struct(">cI")
TABLE, ROWS, MANIFEST = b"T", b"R", b"M"


@dataclass(frozen=True)
class Manifest:
    """What the backup holds; a restored database must amount to the same."""

    purpose: str
    taken_at: str
    postgresql: str
    migrations: list[str]
    rows: dict[str, int]
    # Tenant → size and root of its audit tree.
    trees: dict[str, list[int | str]]
    # SHA-256 of every frame before this one.
    digest: str

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class FrameWriter:
    def __init__(self, file: SealingFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def write(self, kind: bytes, content: bytes) -> None:
        head = FRAME.pack(kind, len(content))
        self._digest.update(head)
        self._digest.update(content)
        self._file.write(head)
        self._file.write(content)

    def end(self, manifest: Manifest) -> None:
        self.write(MANIFEST, orjson.dumps(asdict(manifest)))
        self._file.close()


class FrameReader:
    """Frames as they were written; after the last one, `manifest` is there.

    Raises BackupRefused if the manifest is missing or speaks of other content.
    """

    manifest: Manifest

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        digest = hashlib.sha256()
        while True:
            head = self._take(FRAME.size)
            kind, length = FRAME.unpack(head)
            content = self._take(length)
            if kind == MANIFEST:
                break
            digest.update(head)
            digest.update(content)
            yield kind, content
        self.manifest = Manifest(**orjson.loads(content))
        if self._held or next(self._chunks, None) is not None:
            raise BackupRefused("Something follows the manifest of this backup.")
        if self.manifest.digest != digest.hexdigest():
            raise BackupRefused("The manifest of this backup is of another one.")

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise BackupRefused("This backup ends before its manifest.")
            self._held += chunk
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken
