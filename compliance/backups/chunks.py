"""A file of sealed chunks: none can be changed, moved, left out or added without its being noticed.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizar, 2015): the nonce of a chunk is its
position and whether it is the last one. Each file has a key of its own, so no nonce comes twice.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenancy.errors import DomainError
from tenancy.sealing import KEY_BYTES, derive

CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
MAGIC = b"SEALPOST BACKUP\x01"
HEADER = struct.Struct(">16s8s16s")  # format, name of the key, salt of this file
LENGTH = struct.Struct(">I")
NONCE = struct.Struct(">11sB")


class BackupRefused(DomainError):
    """The file is not what it should be, or must not be restored here. Nothing was changed."""


def key_from(text: str) -> bytes:
    """Raises BackupRefused unless `text` is 32 bytes in hexadecimal digits."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BackupRefused("A backup key is 32 bytes, written as 64 hexadecimal digits.")
    return key


class SealingFile:
    """Takes any number of bytes; holds one chunk in memory. Nothing is whole before `close`."""

    def __init__(self, file: BinaryIO, key: bytes, *, purpose: str) -> None:
        self._file = file
        self._header = HEADER.pack(MAGIC, _name_of(key), os.urandom(16))
        self._cipher = _cipher(key, purpose, self._header)
        self._held = bytearray()
        self._position = 0
        file.write(self._header)

    def write(self, data: bytes) -> None:
        self._held += data
        while len(self._held) > CHUNK_BYTES:
            self._seal(bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]

    def close(self) -> None:
        self._seal(bytes(self._held), is_last=True)
        self._held.clear()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._position, is_last), chunk, self._header)
        self._file.write(LENGTH.pack(len(sealed)) + sealed)
        self._position += 1


def opened(file: BinaryIO, key: bytes, *, purpose: str) -> Iterator[bytes]:
    """The chunks as they were written, one at a time.

    Raises BackupRefused for another key, another purpose, and any byte that is not as it was.
    """
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or HEADER.unpack(header)[0] != MAGIC:
        raise BackupRefused("This file is not a backup of this format.")
    if HEADER.unpack(header)[1] != _name_of(key):
        raise BackupRefused("Another key sealed this backup.")
    cipher = _cipher(key, purpose, header)
    position, sealed = 0, _next(file)
    while True:
        following = _next(file)
        try:
            yield cipher.decrypt(_nonce(position, following is None), sealed or b"", header)
        except InvalidTag:
            raise BackupRefused(
                f"Part {position + 1} of this backup is not as it was written."
            ) from None
        if following is None:
            return
        position, sealed = position + 1, following


def _next(file: BinaryIO) -> bytes | None:
    length = file.read(LENGTH.size)
    if not length:
        return None
    if len(length) < LENGTH.size or LENGTH.unpack(length)[0] > CHUNK_BYTES + TAG_BYTES:
        raise BackupRefused("This backup is cut short or not as it was written.")
    return file.read(LENGTH.unpack(length)[0])


def _name_of(key: bytes) -> bytes:
    return hashlib.sha256(b"backup key|" + key).digest()[:8]


def _cipher(key: bytes, purpose: str, header: bytes) -> AESGCM:
    return AESGCM(derive(key, f"backup|{purpose}|{header.hex()}"))


def _nonce(position: int, is_last: bool) -> bytes:
    return NONCE.pack(position.to_bytes(11, "big"), is_last)
