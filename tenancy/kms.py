"""The KMS door: wraps and unwraps tenant keys under a root key that never leaves it."""

import os
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

NONCE_BYTES = 12


class Kms(Protocol):
    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """`key` encrypted; `context` must be given again to unwrap."""
        ...

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes: ...


class LocalFileKms:
    """Root key of 32 bytes, hex, in a file readable by the service alone."""

    def __init__(self) -> None:
        self._cipher = AESGCM(bytes.fromhex(Path(settings.KMS_ROOT_KEY_FILE).read_text().strip()))

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)


@cache
def current() -> Kms:
    kms: Kms = import_string(settings.KMS)()
    return kms
