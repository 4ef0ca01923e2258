"""Certificates that nobody checks may be anything, and their mail goes on all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from delivery.wire.door import Result
from delivery.wire.levels import Level, TlsFailure
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import FOREVER, LONG_AGO, NAME, FaultServer

KEY = ec.generate_private_key(ec.SECP256R1())
SELF = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
FIRST, SECOND = "1.2.3.4.5", "1.2.3.4.6"


def twice_the_same_extension(builder: x509.CertificateBuilder) -> bytes:
    for oid in (FIRST, SECOND):
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\5\0")
        builder = builder.add_extension(extension, critical=False)
    der = builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)
    return der.replace(b"\6\4\x2a\3\4\6", b"\6\4\x2a\3\4\5")


def a_name_of_a_strange_kind(builder: x509.CertificateBuilder) -> bytes:
    names = x509.SubjectAlternativeName([x509.DNSName(NAME)])
    der = builder.add_extension(names, critical=False).sign(KEY, SHA256())
    name = NAME.encode()
    dns_name, x400_address = b"\x82" + bytes([len(name)]), b"\xa3" + bytes([len(name)])
    return der.public_bytes(Encoding.DER).replace(dns_name + name, x400_address + name)


def without_names(builder: x509.CertificateBuilder) -> bytes:
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)


def written(made: Callable[[x509.CertificateBuilder], bytes], file: Path) -> Path:
    builder = x509.CertificateBuilder().subject_name(SELF).issuer_name(SELF).serial_number(7)
    builder = builder.not_valid_before(LONG_AGO).not_valid_after(FOREVER)
    builder = builder.public_key(KEY.public_key())
    pem = x509.load_der_x509_certificate(made(builder)).public_bytes(Encoding.PEM)
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(key + pem)
    return file


ODD = [twice_the_same_extension, a_name_of_a_strange_kind, without_names]


@pytest.mark.parametrize("made", ODD)
def test_mail_that_needs_no_proof_goes_and_what_could_be_read_is_kept(certificates, tmp_path, made):
    with FaultServer(written(made, tmp_path / "odd.pem")).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome = transport.send(envelope(required=Level.T0), Announcements())
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T1)
    assert (outcome.evidence.issuer, outcome.evidence.names) == (f"CN={NAME}", ())
    assert outcome.evidence.not_after.date() == FOREVER.date()


@pytest.mark.parametrize("made", ODD)
def test_mail_that_needs_a_proof_gets_none(certificates, tmp_path, made):
    with FaultServer(written(made, tmp_path / "odd.pem")).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome = transport.send(envelope(), Announcements())
    assert outcome.result is Result.UNPROTECTED
    assert outcome.failures[0].tls in {TlsFailure.UNTRUSTED, TlsFailure.WRONG_NAME}
    assert (server.stored, "MAIL" in server.commands) == ([], False)
