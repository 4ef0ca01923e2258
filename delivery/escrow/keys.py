"""The split keys of a message in the portal.

A message is sealed under a content key of its own. That key is wrapped under a key made of two
halves that never rest in one place: the link key, which only the mailed link carries, and the
server share, which only the database holds; a passphrase that clinic and person agreed on is a
third. What that protects and what it does not is in
docs/adr/0020-portal-keys-are-split.md; static/js/escrow-keys.js is the browser's side of it, and
tests/delivery/escrow/vectors.json holds both to the same answers.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = "sealpost/escrow/v1"
KEY_SIZE = 32
NONCE_SIZE = 12  # SP 800-38D 5.2.1.1: 96 bits, the size that GCM is specified for

# Crockford's base 32: no I, L, O, U, so that a key can be read aloud and typed.
HAND_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HAND_LENGTH = 52  # 256 bits, five a letter
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


class WrongKey(Exception):
    """The keys do not open this ciphertext: wrong key, changed bytes, or moved from elsewhere."""


@dataclass(frozen=True)
class Place:
    """Where a ciphertext belongs; bound into each one, so that none can be moved unnoticed."""

    tenant_id: UUID
    item_id: UUID
    contact_id: UUID

    def associated_data(self, part: str) -> bytes:
        return "|".join(
            [VERSION, str(self.tenant_id), str(self.item_id), str(self.contact_id), part]
        ).encode()


@dataclass(frozen=True)
class Lock:
    """What the server keeps of the keys. Without the link key it opens nothing."""

    server_share: bytes
    wrapped_key: bytes
    proof_digest: bytes
    receipt_digest: bytes


@dataclass(frozen=True)
class Locked:
    """A sealed message, its lock, and the link key that must leave with the notice."""

    content_key: bytes = field(repr=False)
    link_key: bytes = field(repr=False)
    lock: Lock
    parts: dict[str, bytes]


def lock(place: Place, parts: Mapping[str, bytes], *, stretched: bytes = b"") -> Locked:
    """Seal the parts under fresh keys. Nothing here is ever derived from a former message.

    `stretched` is what a passphrase was made into; nobody opens the message without it then.
    """
    content_key = secrets.token_bytes(KEY_SIZE)
    link_key, lock = lock_again(place, content_key, stretched=stretched)
    return Locked(
        content_key=content_key,
        link_key=link_key,
        lock=lock,
        parts={name: seal_part(place, content_key, name, text) for name, text in parts.items()},
    )


def lock_again(place: Place, content_key: bytes, *, stretched: bytes = b"") -> tuple[bytes, Lock]:
    """A fresh link key, and a lock that it opens: the former ones open nothing any more."""
    link_key = secrets.token_bytes(KEY_SIZE)
    server_share = secrets.token_bytes(KEY_SIZE)
    wrapping_key = _wrapping_key(link_key, server_share + stretched, place.item_id)
    return link_key, Lock(
        server_share=server_share,
        wrapped_key=_seal(wrapping_key, content_key, place.associated_data("content-key")),
        proof_digest=proof_digest(proof(link_key, place.item_id)),
        receipt_digest=receipt_digest(receipt(content_key, place.item_id)),
    )


def content_key(
    place: Place,
    *,
    link_key: bytes,
    server_share: bytes,
    wrapped_key: bytes,
    stretched: bytes = b"",
) -> bytes:
    """The key of the parts. Raises WrongKey unless all that it is made of belongs to this message."""
    wrapping_key = _wrapping_key(link_key, server_share + stretched, place.item_id)
    return _open(wrapping_key, wrapped_key, place.associated_data("content-key"))


def open_part(place: Place, *, content_key: bytes, name: str, sealed: bytes) -> bytes:
    """One part in clear. Raises WrongKey."""
    key = part_key(place, content_key, name)
    return _open(key, sealed, place.associated_data(f"part/{name}"))


def seal_part(place: Place, content_key: bytes, name: str, text: bytes) -> bytes:
    key = part_key(place, content_key, name)
    return _seal(key, text, place.associated_data(f"part/{name}"))


def part_key(place: Place, content_key: bytes, name: str) -> bytes:
    """Each part has a key of its own, so that no nonce is ever used twice with one."""
    return _derive(content_key, place.item_id, f"part/{name}")


def proof(link_key: bytes, item_id: UUID) -> bytes:
    """What a browser shows to prove that it holds the link key, without showing the key."""
    return _derive(link_key, item_id, "proof")


def passphrase_proof(stretched: bytes, item_id: UUID) -> bytes:
    """What shows that somebody knows the passphrase, for this message alone."""
    return _derive(stretched, item_id, "passphrase-proof")


def proof_digest(shown: bytes) -> bytes:
    return hashlib.sha256(b"proof" + shown).digest()


def receipt(content_key: bytes, item_id: UUID) -> bytes:
    """What only somebody who unwrapped the content key can show: the read receipt."""
    return _derive(content_key, item_id, "receipt")


def receipt_digest(shown: bytes) -> bytes:
    return hashlib.sha256(b"receipt" + shown).digest()


def matches(digest: bytes, expected: bytes) -> bool:
    return hmac.compare_digest(digest, expected)


def to_fragment(link_key: bytes) -> str:
    """The link key as it stands after the # of the link."""
    return base64.urlsafe_b64encode(link_key).rstrip(b"=").decode()


def to_groups(link_key: bytes) -> str:
    """The link key for a person to type, for mail programs that cut the fragment off."""
    number = int.from_bytes(link_key) << 4  # 52 letters carry 260 bits
    letters = "".join(HAND_ALPHABET[(number >> shift) & 31] for shift in range(255, -1, -5))
    return " ".join(letters[start : start + 4] for start in range(0, HAND_LENGTH, 4))


def read_link_key(text: str) -> bytes:
    """The link key from a fragment or from typed groups. Raises WrongKey if it is neither."""
    letters = "".join(text.split())
    typed = letters.replace("-", "").upper().translate(MISREAD)
    if len(typed) == HAND_LENGTH and set(typed) <= set(HAND_ALPHABET):
        number = 0
        for letter in typed:
            number = number << 5 | HAND_ALPHABET.index(letter)
        return (number >> 4).to_bytes(KEY_SIZE)
    try:
        link_key = base64.b64decode(letters + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongKey from error
    if len(link_key) != KEY_SIZE:
        raise WrongKey
    return link_key


def _wrapping_key(link_key: bytes, rest: bytes, item_id: UUID) -> bytes:
    return _derive(link_key + rest, item_id, "wrapping-key")


def _derive(secret: bytes, item_id: UUID, purpose: str) -> bytes:
    info = f"{VERSION}/{purpose}".encode()
    return HKDF(SHA256(), KEY_SIZE, salt=str(item_id).encode(), info=info).derive(secret)


def _seal(key: bytes, text: bytes, associated_data: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, text, associated_data)


def _open(key: bytes, sealed: bytes, associated_data: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated_data)
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error
