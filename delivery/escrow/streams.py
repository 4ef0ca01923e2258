"""A file as a stream of sealed chunks, none of which can be left out, doubled or put elsewhere.

The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015) over AES-256-GCM: the
nonce of a chunk is a random prefix, its number, and whether it is the last one.
openChunk of static/js/escrow-keys.js is the browser's side of it.
"""

import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from delivery.escrow.keys import WrongKey

CHUNK_SIZE = 1024 * 1024
PREFIX_SIZE = 7  # with four bytes of number and one that says whether it is the last: 96 bits


def new_prefix() -> bytes:
    return secrets.token_bytes(PREFIX_SIZE)


def seal(key: bytes, prefix: bytes, content: bytes, *, about: bytes) -> Iterator[bytes]:
    """The chunks in their order: one at least, also of a file that holds nothing."""
    aes = AESGCM(key)
    last = max(len(content) - 1, 0) // CHUNK_SIZE
    for number in range(last + 1):
        start = number * CHUNK_SIZE
        nonce = _nonce(prefix, number, is_last=number == last)
        yield aes.encrypt(nonce, content[start : start + CHUNK_SIZE], about)


def open_all(key: bytes, prefix: bytes, chunks: list[bytes], *, about: bytes) -> bytes:
    """The file in clear. Raises WrongKey if a chunk is missing, changed or not in its place."""
    if not chunks:
        raise WrongKey
    aes, last = AESGCM(key), len(chunks) - 1
    try:
        return b"".join(
            aes.decrypt(_nonce(prefix, number, is_last=number == last), chunk, about)
            for number, chunk in enumerate(chunks)
        )
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([is_last])
