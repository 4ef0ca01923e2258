"""DKIM signatures (RFC 6376): rsa-sha256, relaxed/relaxed, oversigned.

dkimpy signs with Python's big integers: 24 times slower and not constant-time. It only verifies,
in tests.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

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


@dataclass(frozen=True)
class Signer:
    """A domain's key, loaded: parsing the PEM form costs more than a hundred signatures."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey

    @classmethod
    def from_pem(cls, domain: str, selector: str, pem: bytes) -> "Signer":
        """Raises ValueError unless the key is RSA with at least 2048 bits (RFC 8301 3.2)."""
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:
            raise ValueError("DKIM needs an RSA key of at least 2048 bits.")
        return cls(domain, selector, key)

    def sign(self, fields: Sequence[bytes], *, body_hash: bytes, signed_at: int) -> bytes:
        """The DKIM-Signature field for these header fields, each with its name and CRLF."""
        present: dict[bytes, list[bytes]] = {}
        for canonical in map(relaxed_field, fields):
            present.setdefault(canonical.partition(b":")[0], []).append(canonical)
        chosen = [one for name in SIGNED for one in reversed(present.get(name, ()))]
        unsigned = (
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
            f" d={self.domain}; s={self.selector}; t={signed_at};\r\n"
            f" h={_listed(tuple(len(present.get(name, ())) for name in SIGNED))};\r\n"
            f" bh={b64encode(body_hash).decode()};\r\n b="
        ).encode("ascii")
        covered = b"".join(chosen) + relaxed_field(unsigned + b"\r\n").removesuffix(b"\r\n")
        signature = b64encode(self.key.sign(covered, padding.PKCS1v15(), hashes.SHA256()))
        lines = (signature[start : start + 72] for start in range(0, len(signature), 72))
        return unsigned + b"\r\n ".join(lines) + b"\r\n"


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
