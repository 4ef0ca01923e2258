"""A certificate authority for the sandbox, whose root only DELIVERY_CA_FILE trusts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dev.places import private_directory, write_private

YEARS = timedelta(days=3650)


class Authority(NamedTuple):
    """A root certificate with its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def new_authority() -> Authority:
    """A root that is good for ten years."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sealpost sandbox")])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, SHA256()), key)


def issue(authority: Authority, names: list[str], *, expires: datetime) -> str:
    """PEM of a new key and a server certificate for `names`, as ssl.load_cert_chain reads it."""
    key = generate_private_key(SECP256R1())
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(expires - YEARS)
        .not_valid_after(expires)
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority.key, SHA256())
    )
    return _pem(key) + certificate.public_bytes(Encoding.PEM).decode()


def write_certificates(folder: Path, expiry: dict[str, datetime]) -> Path:
    """Write `ca.pem`, and `HOST.pem` for each host and the names below it; returns the former.

    What was written before stays: clients that are running trust it.
    """
    root = private_directory(folder) / "ca.pem"
    if root.exists() and all((folder / f"{host}.pem").exists() for host in expiry):
        return root
    authority = new_authority()
    for host, expires in expiry.items():
        write_private(
            folder / f"{host}.pem", issue(authority, [host, f"*.{host}"], expires=expires)
        )
    write_private(root, authority.certificate.public_bytes(Encoding.PEM).decode())
    return root


def _pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
