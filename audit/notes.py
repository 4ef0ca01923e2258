"""Signed checkpoints: C2SP signed-note and tlog-checkpoint, with Ed25519.

A checkpoint says how many events a tree holds and the root over them. Who keeps one can prove later that
none of these events was altered, taken out or put in another order.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
HASH_BYTES, KEY_ID_BYTES = 32, 4
# Far above what our notes need; a hostile file is refused before it costs anything.
LONGEST_NOTE = 10_000
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z")
_NAME = re.compile(r"[!-*,-~]{1,200}\Z")
_SIGNATURE_LINE = re.compile(r"\u2014 ([!-*,-~]{1,200}) ([A-Za-z0-9+/=]{1,400})\Z")


class NoteInvalid(ValueError):
    """The text is no checkpoint, or nobody known signed it."""


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The signed text. Raises ValueError if the origin could be read as another line or name."""
        if not _NAME.match(self.origin):
            raise ValueError("an origin is one word of visible ASCII without a plus sign")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    value: bytes


def key_id(name: str, public: bytes) -> bytes:
    """C2SP signed-note: the first bytes of SHA-256(name ‖ newline ‖ algorithm ‖ key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """The public key as tools for such notes take it: `name+id+key`."""
    encoded = base64.b64encode(ED25519 + public).decode()
    return f"{name}+{key_id(name, public).hex()}+{encoded}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The note: body, an empty line, one line of signature."""
    body = checkpoint.body()
    identity = key_id(checkpoint.origin, key.public_key().public_bytes_raw())
    signature = base64.b64encode(identity + key.sign(body.encode())).decode()
    return f"{body}\n\u2014 {checkpoint.origin} {signature}\n"


def open_note(note: str, public: bytes) -> Checkpoint:
    """The checkpoint, if the owner of `public` signed it in the name of its origin. Raises NoteInvalid."""
    checkpoint, signatures = parse(note)
    wanted = key_id(checkpoint.origin, public)
    for signature in signatures:
        if signature.name == checkpoint.origin and signature.key_id == wanted:
            try:
                key = Ed25519PublicKey.from_public_bytes(public)
                key.verify(signature.value, checkpoint.body().encode())
            except (InvalidSignature, ValueError):
                raise NoteInvalid("the signature is not good") from None
            return checkpoint
    raise NoteInvalid("the key did not sign this checkpoint")


def parse(note: str) -> tuple[Checkpoint, list[Signature]]:
    """What the note says, unchecked. Raises NoteInvalid. Lines that our notes lack are refused."""
    if len(note) > LONGEST_NOTE or not note.endswith("\n"):
        raise NoteInvalid("this is not a signed note")
    body, _, rest = note.partition("\n\n")
    lines = body.split("\n")
    if len(lines) != 3 or not _NAME.match(lines[0]) or not _SIZE.match(lines[1]):
        raise NoteInvalid("this is not a checkpoint")
    root = _bytes(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteInvalid("the root has the wrong length")
    signatures = [_signature(line) for line in rest[:-1].split("\n")]
    return Checkpoint(lines[0], int(lines[1]), root), signatures


def _signature(line: str) -> Signature:
    match = _SIGNATURE_LINE.match(line)
    if not match:
        raise NoteInvalid("a signature line is malformed")
    # A witness's signature may have another length than ours.
    value = _bytes(match[2])
    return Signature(match[1], value[:KEY_ID_BYTES], value[KEY_ID_BYTES:])


def _bytes(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:  # of base64 itself, too
        raise NoteInvalid("base64 is malformed") from None
    # One text for one value: an encoding with stray bits would make two files of one checkpoint.
    if base64.b64encode(value).decode() != text:
        raise NoteInvalid("base64 is not in its one form")
    return value
