"""S/MIME (RFC 8551): a body signed by its sender and encrypted to one person, subject included.

Header protection (RFC 9788) puts the true subject inside; what is outside says nothing.
"""

from base64 import encodebytes
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from delivery.wire import headers

OUTER_SUBJECT = "Encrypted message"
NOT_TEXT = [pkcs7.PKCS7Options.Binary]


@dataclass(frozen=True)
class Seal:
    """Who signs, and whom the message is encrypted to."""

    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...]
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, chain: str, key: bytes) -> "Seal":
        """Raises ValueError unless the key is RSA."""
        loaded = load_pem_private_key(key, password=None)
        if not isinstance(loaded, RSAPrivateKey):
            raise ValueError("S/MIME needs an RSA key.")  # noqa: TRY004 it is what was kept
        own, *issuers = x509.load_pem_x509_certificates(chain.encode())
        return cls(own, tuple(issuers), loaded)

    def around(
        self, kind: list[bytes], body: bytes, recipient: x509.Certificate, *, subject: str
    ) -> tuple[list[bytes], bytes]:
        """The fields of the outer message and its body, for those of the message as it would go.

        `kind` begins with Content-Type.
        """
        inner = [
            headers.text_field("Subject", subject),
            headers.field("HP-Outer", f"Subject: {OUTER_SUBJECT}"),
            headers.field("MIME-Version", "1.0"),
            kind[0].removesuffix(b"\r\n") + b';\r\n hp="cipher"\r\n',
            *kind[1:],
        ]
        closed = self._closed(b"".join([*inner, b"\r\n", body]), recipient)
        return [_fields("enveloped-data")], _base64(closed)

    def _closed(self, entity: bytes, recipient: x509.Certificate) -> bytes:
        """CMS EnvelopedData over SignedData over the MIME entity, in DER."""
        signer = pkcs7.PKCS7SignatureBuilder().set_data(entity)
        signer = signer.add_signer(self.certificate, self.key, SHA256())
        for issuer in self.issuers:
            signer = signer.add_certificate(issuer)
        signed = _fields("signed-data") + b"\r\n" + _base64(signer.sign(Encoding.DER, NOT_TEXT))
        envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(signed).add_recipient(recipient)
        envelope = envelope.set_content_encryption_algorithm(AES256)
        return envelope.encrypt(Encoding.DER, NOT_TEXT)


def _fields(kind: str) -> bytes:
    return b"".join(
        (
            headers.field(
                "Content-Type", f'application/pkcs7-mime; smime-type={kind}; name="smime.p7m"'
            ),
            headers.field("Content-Transfer-Encoding", "base64"),
            headers.field("Content-Disposition", 'attachment; filename="smime.p7m"'),
        )
    )


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n")
