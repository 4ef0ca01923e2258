"""An authenticator in software: answers as a browser with a passkey would, and lies on demand."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

# WebAuthn 6.1: user present, user verified, may be backed up, is backed up, key attached.
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """One passkey. What it says about itself and about the site can be changed before it answers."""

    rp_id: str = ""
    origin: str = ""
    flags: int = UP | UV
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict) -> str:
        client = self._client_data("webauthn.create", options["challenge"])
        attached = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + self._cose()
        )
        data = self._authenticator_data(self.flags | AT) + attached
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: dict) -> str:
        if self.sign_count:
            self.sign_count += 1
        client = self._client_data("webauthn.get", options["challenge"])
        data = self._authenticator_data(self.flags)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        origin = self.origin or settings.ORIGINS["staff"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        rp_id = self.rp_id or settings.HOSTS["staff"]
        hashed = hashlib.sha256(rp_id.encode()).digest()
        return hashed + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        public = self.key.public_key().public_numbers()
        x, y = public.x.to_bytes(32, "big"), public.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, **response: bytes) -> str:
        named = text_of(self.credential_id)
        parts = {name: text_of(value) for name, value in response.items()}
        answer = {"id": named, "rawId": named, "type": "public-key", "response": parts}
        return json.dumps({**answer, "clientExtensionResults": {}})


def text_of(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
