"""Keys and certificates of the bench, and the digests that TLSA records publish of them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from dev.mailbench.postures import Certificate, Posture
from dev.sandbox.authority import Authority, issue, new_authority

FOREVER = datetime.now(UTC) + timedelta(days=30)
LONG_AGO = datetime.now(UTC) - timedelta(days=30)
BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
DIGESTS = {1: sha256, 2: sha512}
WITHOUT_CHAIN = {Certificate.NONE: "", Certificate.BROKEN: "no certificate\n"}
OF_THE_TRUSTED = {Certificate.VALID, Certificate.EXPIRED, Certificate.WRONG_NAME}
MISNAMED = {Certificate.WRONG_NAME, Certificate.ANCHORED_WRONG_NAME}
WITH_ROOT = {Certificate.ANCHORED, Certificate.ANCHORED_WRONG_NAME}
ELSEWHERE = "elsewhere.example"


@dataclass(frozen=True)
class Certificates:
    """Files below a folder; `trusted` is the one authority that clients know."""

    folder: Path
    trusted: Authority = field(default_factory=new_authority)
    stranger: Authority = field(default_factory=new_authority)

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def write(self, postures: tuple[Posture, ...]) -> None:
        """The root, and a file with key and chain for each posture that shows one."""
        self.folder.mkdir()
        self.ca_file.write_text(_pem(self.trusted))
        for posture in postures:
            if text := self._chain(posture):
                self.file(posture.domain).write_text(text)

    def write_for(self, name: str, names: list[str], *, trusted: bool = True) -> Path:
        """A valid certificate for other servers than mail servers."""
        authority = self.trusted if trusted else self.stranger
        file = self.file(name)
        file.write_text(issue(authority, names, expires=FOREVER))
        return file

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def tlsa(self, posture: Posture) -> str:
        """The data of the posture's TLSA record (RFC 6698 2.1)."""
        if posture.tlsa is None:
            raise ValueError(f"{posture.domain} has no TLSA record.")
        usage, selector, matching, is_right = posture.tlsa
        digest = "00" * 32
        if is_right:
            chain = BLOCK.findall(self.file(posture.domain).read_text())
            chosen = x509.load_pem_x509_certificate(chain[-1 if usage == 2 else 0].encode())
            digest = DIGESTS[matching](_selected(chosen, selector)).hexdigest()
        return f"{usage} {selector} {matching} {digest}"

    def _chain(self, posture: Posture) -> str:
        kind = posture.certificate
        if kind in WITHOUT_CHAIN:
            return WITHOUT_CHAIN[kind]
        if kind is Certificate.SELF_SIGNED:
            return _key(new := new_authority()) + _pem(new)
        authority = self.trusted if kind in OF_THE_TRUSTED else self.stranger
        names = [ELSEWHERE if kind in MISNAMED else posture.host]
        expires = LONG_AGO if kind is Certificate.EXPIRED else FOREVER
        root = _pem(self.stranger) if kind in WITH_ROOT else ""
        return issue(authority, names, expires=expires) + root


def _selected(certificate: x509.Certificate, selector: int) -> bytes:
    if selector == 0:
        return certificate.public_bytes(Encoding.DER)
    key = certificate.public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _pem(authority: Authority) -> str:
    return authority.certificate.public_bytes(Encoding.PEM).decode()


def _key(authority: Authority) -> str:
    return authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
