"""Keys of a tenant: sealing, blind indexes, derived secrets.

The stored tenant key is wrapped by the KMS and lives in a database of its own, so that destroying it
there makes every copy of the main database unreadable, backups included.
"""

import hmac
import os
import struct
import time
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps

from tenancy import kms
from tenancy.errors import DomainError
from tenancy.scope import current_tenant_id

KEY_BYTES = 32
NONCE_BYTES = 12
BLIND_INDEX_BYTES = 16
HEADER = struct.Struct(">BI")  # format, key version
FORMAT = 1
# A disabled key stops working everywhere within this time.
CACHE_SECONDS = 300.0


class KeyUnavailable(DomainError):
    """The tenant has no usable key: it was disabled or destroyed."""


class SealBroken(RuntimeError):
    """A sealed value does not belong to its row, or was altered."""


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """RFC 5869 HKDF-SHA256 with `purpose` as info."""
    return HKDF(hashes.SHA256(), length, salt=None, info=purpose.encode()).derive(key)


def _associated_data(tenant_id: UUID, table: str, column: str, row: UUID) -> bytes:
    return tenant_id.bytes + row.bytes + _place(table, column)


def _place(table: str, column: str) -> bytes:
    name = f"{table}.{column}".encode()
    return struct.pack(">H", len(name)) + name


class TenantKeys:
    """Opens and seals the values of one tenant. Newest version seals; every version opens."""

    def __init__(self, tenant_id: UUID, versions: dict[int, bytes]) -> None:
        self.tenant_id = tenant_id
        self._versions = versions
        self._newest = max(versions)
        self._ciphers = {number: AESGCM(derive(key, "seal")) for number, key in versions.items()}
        self._index_keys: dict[str, bytes] = {}

    def seal(self, value: bytes, *, table: str, column: str, row: UUID) -> bytes:
        """AES-256-GCM, bound to tenant, table, column and row: a value moved elsewhere does not open."""
        nonce = os.urandom(NONCE_BYTES)
        associated = _associated_data(self.tenant_id, table, column, row)
        sealed = self._ciphers[self._newest].encrypt(nonce, value, associated)
        return HEADER.pack(FORMAT, self._newest) + nonce + sealed

    def unseal(self, sealed: bytes, *, table: str, column: str, row: UUID) -> bytes:
        """The value that was sealed. Raises SealBroken if it was altered or belongs to another row."""
        form, version = HEADER.unpack_from(sealed)
        if form != FORMAT or version not in self._ciphers:
            raise SealBroken(f"{table}.{column} was sealed with an unknown key or format")
        nonce = sealed[HEADER.size : HEADER.size + NONCE_BYTES]
        associated = _associated_data(self.tenant_id, table, column, row)
        try:
            return self._ciphers[version].decrypt(
                nonce, sealed[HEADER.size + NONCE_BYTES :], associated
            )
        except InvalidTag:
            raise SealBroken(f"{table}.{column} of row {row} does not open") from None

    def opener(self, *, table: str, column: str) -> Callable[[bytes, UUID], bytes]:
        """`unseal` for many rows of one column: what is the same for all is worked out once.

        The function takes a sealed value and its row, and raises SealBroken as `unseal` does.
        """
        tenant, place = self.tenant_id.bytes, _place(table, column)
        body = HEADER.size + NONCE_BYTES
        newest, decrypt = HEADER.pack(FORMAT, self._newest), self._ciphers[self._newest].decrypt

        def open_(sealed: bytes, row: UUID) -> bytes:
            if sealed[: HEADER.size] != newest:
                return self.unseal(sealed, table=table, column=column, row=row)
            try:
                return decrypt(
                    sealed[HEADER.size : body], sealed[body:], tenant + row.bytes + place
                )
            except InvalidTag:
                raise SealBroken(f"{table}.{column} of row {row} does not open") from None

        return open_

    def blind_index(self, attribute: str, value: str) -> bytes:
        """A keyed fingerprint for exact lookup. Only for values with many possibilities.

        The caller normalizes `value`; equal values of two tenants have different fingerprints.
        """
        key = self._index_keys.get(attribute)
        if key is None:
            key = self._index_keys[attribute] = self.derive(f"blind-index|{attribute}")
        return hmac.digest(key, value.encode(), "sha256")[:BLIND_INDEX_BYTES]

    def derive(self, purpose: str) -> bytes:
        """32 secret bytes for `purpose`, stable for the life of the tenant (from its first key)."""
        return derive(self._versions[min(self._versions)], purpose)


_cache: dict[UUID, tuple[float, TenantKeys]] = {}
_cache_lock = Lock()


def keys_of(tenant_id: UUID) -> TenantKeys:
    """Keys of a tenant, from memory for at most five minutes. Raises KeyUnavailable."""
    cached = _cache.get(tenant_id)
    if cached is not None and cached[0] > time.monotonic():
        return cached[1]
    keys = _load(tenant_id)
    with _cache_lock:
        _cache[tenant_id] = (time.monotonic() + CACHE_SECONDS, keys)
    return keys


def current_keys() -> TenantKeys:
    return keys_of(current_tenant_id())


def create_key(tenant_id: UUID, *, version: int = 1, using: str = "keys") -> None:
    """Store a fresh random key for the tenant, wrapped. Repeat-safe: an existing version stays."""
    wrapped = kms.current().wrap(os.urandom(KEY_BYTES), context=_kms_context(tenant_id, version))
    wrapped_keys = apps.get_model("tenancy", "WrappedKey")
    wrapped_keys.objects.using(using).bulk_create(
        [wrapped_keys(tenant=tenant_id, version=version, wrapped=wrapped)], ignore_conflicts=True
    )


def forget() -> None:
    """Drop every cached key of this process."""
    with _cache_lock:
        _cache.clear()


def _kms_context(tenant_id: UUID, version: int) -> bytes:
    return f"tenant-key|{tenant_id}|{version}".encode()


def _load(tenant_id: UUID) -> TenantKeys:
    # Looked up by name: sealed fields of tenancy.models need this module first.
    rows = apps.get_model("tenancy", "WrappedKey").objects.filter(
        tenant=tenant_id, wrapped__isnull=False
    )
    versions = {
        row.version: kms.current().unwrap(
            bytes(row.wrapped or b""), context=_kms_context(tenant_id, row.version)
        )
        for row in rows
    }
    if not versions:
        raise KeyUnavailable("This workspace has no usable key. Ask the platform operator.")
    return TenantKeys(tenant_id, versions)
