"""S/MIME certificates of an authority that only a test believes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dev.sandbox.authority import Authority, new_authority

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
FOR_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)


USAGE_BITS = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def key_usage(bits: Collection[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{bit: bit in bits for bit in USAGE_BITS})


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()


@dataclass(frozen=True)
class MailAuthority:
    """Issues what a test asks for, right or wrong."""

    authority: Authority = field(default_factory=new_authority)

    def write(self, folder: Path) -> Path:
        file = folder / "mail-ca.pem"
        file.write_bytes(self.authority.certificate.public_bytes(serialization.Encoding.PEM))
        return file

    def issue(
        self,
        address: str,
        *,
        begins: datetime = NOW - YEAR,
        ends: datetime = NOW + YEAR,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
        usages: Sequence[x509.ObjectIdentifier] = FOR_MAIL,
        bits: Collection[str] = (),
    ) -> Issued:
        key = key or rsa.generate_private_key(65537, 2048)
        issuer_key = self.authority.key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody")]))
            .issuer_name(self.authority.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
            )
        )
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if bits:
            builder = builder.add_extension(key_usage(bits), critical=True)
        return Issued(builder.sign(self.authority.key, hashes.SHA256()), key)
