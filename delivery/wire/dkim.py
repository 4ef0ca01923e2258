"""DKIM signatures (RFC 6376, 8463): rsa-sha256 and ed25519-sha256, relaxed/relaxed, oversigned.

dkimpy signs with Python's big integers: 24 times slower and not constant-time. It only verifies,
in tests.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# Each is listed once more than it is present: a second one added on the way is seen (8.15).
SIGNED = (
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"list-help",
    b"feedback-id",
    b"auto-submitted",
    b"in-reply-to",
    b"references",
)

BLANKS = re.compile(rb"[ \t]+")
FOLDS = re.compile(rb"\r\n(?=[ \t])")
TRAILING_BLANK = re.compile(rb" +\r\n")


class Covered(NamedTuple):
    """The header of a message as signatures cover it: the value of h=, and the fields it names."""

    names: str
    fields: bytes

    @classmethod
    def of(cls, fields: Sequence[bytes]) -> "Covered":
        """Each field with its name and CRLF."""
        present: dict[bytes, list[bytes]] = {}
        for canonical in map(relaxed_field, fields):
            present.setdefault(canonical.partition(b":")[0], []).append(canonical)
        chosen = [one for name in SIGNED for one in reversed(present.get(name, ()))]
        return cls(_listed(tuple(len(present.get(name, ())) for name in SIGNED)), b"".join(chosen))


@dataclass(frozen=True)
class Signer:
    """A domain's key, loaded: parsing the PEM form costs more than a hundred signatures."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def from_pem(cls, domain: str, selector: str, pem: bytes) -> "Signer":
        """Raises ValueError unless it is Ed25519, or RSA with 2048 bits or more (RFC 8301 3.2)."""
        key = serialization.load_pem_private_key(pem, password=None)
        if isinstance(key, Ed25519PrivateKey):
            return cls(domain, selector, key)
        if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
            raise ValueError("DKIM needs an Ed25519 key, or RSA of at least 2048 bits.")
        return cls(domain, selector, key)

    def sign(self, covered: Covered, *, body_hash: bytes, signed_at: int) -> bytes:
        """The DKIM-Signature field. It takes a processor for as long as all the rest of a message."""
        algorithm = "rsa" if isinstance(self.key, RSAPrivateKey) else "ed25519"
        field = (
            f"DKIM-Signature: v=1; a={algorithm}-sha256; c=relaxed/relaxed;\r\n"
            f" d={self.domain}; s={self.selector}; t={signed_at};\r\n"
            f" h={covered.names};\r\n"
            f" bh={b64encode(body_hash).decode()};\r\n b="
        ).encode("ascii")
        own = b"dkim-signature:" + field.removeprefix(b"DKIM-Signature: ").replace(b"\r\n", b"")
        signature = b64encode(self._signature(covered.fields + own))
        lines = (signature[start : start + 72] for start in range(0, len(signature), 72))
        return field + b"\r\n ".join(lines) + b"\r\n"

    def _signature(self, signed: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        # RFC 8463 3: the hash is what is signed
        return self.key.sign(sha256(signed).digest())


@lru_cache
def _listed(present: tuple[int, ...]) -> str:
    """The value of h= for so many fields of each name, folded."""
    names = [
        name.decode() for name, times in zip(SIGNED, present, strict=True) for _ in range(times + 1)
    ]
    rows = [names[start : start + 5] for start in range(0, len(names), 5)]
    return ":\r\n ".join(":".join(row) for row in rows)


def relaxed_field(field: bytes) -> bytes:
    """The field in relaxed canonical form (3.4.2), with its CRLF."""
    name, _, value = field.partition(b":")
    value = BLANKS.sub(b" ", FOLDS.sub(b"", value.removesuffix(b"\r\n"))).strip(b" ")
    return name.strip().lower() + b":" + value + b"\r\n"


def body_hash(body: bytes) -> bytes:
    """SHA-256 of the body in relaxed canonical form (3.4.4)."""
    canonical = TRAILING_BLANK.sub(b"\r\n", BLANKS.sub(b" ", body)).rstrip(b"\r\n")
    return sha256(canonical + b"\r\n" if canonical else b"").digest()


def hash_of_canonical(chunks: Iterable[bytes]) -> bytes:
    """The same for a body that was compiled in canonical form: one pass, no copy."""
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
