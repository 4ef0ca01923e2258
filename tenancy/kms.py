"""The KMS door: wraps and unwraps tenant keys under a root key that never leaves it."""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

NONCE_BYTES = 12


class RootKeyUnknown(RuntimeError):
    """No root key that this process was given unwraps a tenant's key."""


class Kms(Protocol):
    @property
    def root(self) -> str:
        """Names the root key that wraps from now on; tells nothing about it."""
        ...

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """`key` encrypted; `context` must be given again to unwrap."""
        ...

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes: ...


class LocalFileKms:
    """Root key of 32 bytes, hex, in a file readable by the service alone.

    While the root key is exchanged, the previous one still unwraps.
    """

    def __init__(self) -> None:
        files = [settings.KMS_ROOT_KEY_FILE, settings.KMS_PREVIOUS_ROOT_KEY_FILE]
        roots = [bytes.fromhex(Path(file).read_text().strip()) for file in files if file]
        self._ciphers = [AESGCM(root) for root in roots]
        self.root = hashlib.sha256(b"root key|" + roots[0]).hexdigest()[:16]

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
            except InvalidTag:
                continue
        raise RootKeyUnknown("The root key that wrapped this is not among those of this process.")


@cache
def current() -> Kms:
    kms: Kms = import_string(settings.KMS)()
    return kms
