"""How a value is sealed, found again and signed for: what is done with a tenant's keys, once there are some."""

import hmac
import os
import struct
from collections.abc import Callable, Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
BLIND_INDEX_BYTES = 16
HEADER = struct.Struct(">BI")  # format, key version
FORMAT = 1
SEAL = "seal"


class SealBroken(RuntimeError):
    """A sealed value does not belong to its row, or was altered."""


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """RFC 5869 HKDF-SHA256 with `purpose` as info."""
    return HKDF(hashes.SHA256(), length, salt=None, info=purpose.encode()).derive(key)


def version_of(sealed: bytes) -> int:
    """Which version of the tenant's key sealed this."""
    version: int = HEADER.unpack_from(sealed)[1]
    return version


def _associated_data(tenant_id: UUID, table: str, column: str, row: UUID) -> bytes:
    return tenant_id.bytes + row.bytes + _place(table, column)


def _place(table: str, column: str) -> bytes:
    name = f"{table}.{column}".encode()
    return struct.pack(">H", len(name)) + name


class TenantKeys:
    """Opens and seals the values of one tenant. Newest version seals; every version opens.

    What is derived comes from a key of its own, so that no version has to outlive its values.
    """

    def __init__(
        self, tenant_id: UUID, versions: Mapping[int, bytes], derivation_key: bytes
    ) -> None:
        self.tenant_id = tenant_id
        self.newest = max(versions)
        self._ciphers = {number: AESGCM(derive(key, SEAL)) for number, key in versions.items()}
        self._derivation_key = derivation_key
        self._index_keys: dict[str, bytes] = {}

    @property
    def header(self) -> bytes:
        """How every value begins that the newest version sealed."""
        return HEADER.pack(FORMAT, self.newest)

    def seal(self, value: bytes, *, table: str, column: str, row: UUID) -> bytes:
        """AES-256-GCM, bound to tenant, table, column and row: a value moved elsewhere does not open."""
        nonce = os.urandom(NONCE_BYTES)
        associated = _associated_data(self.tenant_id, table, column, row)
        return self.header + nonce + self._ciphers[self.newest].encrypt(nonce, value, associated)

    def unseal(self, sealed: bytes, *, table: str, column: str, row: UUID) -> bytes:
        """The value that was sealed. Raises SealBroken if it was altered or belongs to another row."""
        if len(sealed) < HEADER.size:
            raise SealBroken(f"{table}.{column} of row {row} is too short to be a seal")
        form, version = HEADER.unpack_from(sealed)
        if form != FORMAT or version not in self._ciphers:
            raise SealBroken(f"{table}.{column} was sealed with an unknown key or format")
        nonce = sealed[HEADER.size : HEADER.size + NONCE_BYTES]
        associated = _associated_data(self.tenant_id, table, column, row)
        try:
            return self._ciphers[version].decrypt(
                nonce, sealed[HEADER.size + NONCE_BYTES :], associated
            )
        except (InvalidTag, ValueError):  # ValueError: the nonce is cut short
            raise SealBroken(f"{table}.{column} of row {row} does not open") from None

    def reseal(self, sealed: bytes, *, table: str, column: str, row: UUID) -> bytes:
        """The same value under the newest version; a seal of the newest stays as it is."""
        if sealed.startswith(self.header):
            return sealed
        value = self.unseal(sealed, table=table, column=column, row=row)
        return self.seal(value, table=table, column=column, row=row)

    def opener(self, *, table: str, column: str) -> Callable[[bytes, UUID], bytes]:
        """`unseal` for many rows of one column: what is the same for all is worked out once.

        The function takes a sealed value and its row, and raises SealBroken as `unseal` does.
        """
        tenant, place = self.tenant_id.bytes, _place(table, column)
        body = HEADER.size + NONCE_BYTES
        newest, decrypt = self.header, self._ciphers[self.newest].decrypt

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
        """32 secret bytes for `purpose`, stable for the life of the tenant, whatever is rotated."""
        if purpose == SEAL:
            # In workspaces of before ADR 24 the derivation key is also the first version.
            raise ValueError("values are sealed through seal()")
        return derive(self._derivation_key, purpose)
