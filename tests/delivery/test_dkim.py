from base64 import b64encode

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from delivery.wire import dkim, headers
from tests.delivery.mailauth import mailauth_says

SIGNER = dkim.Signer("clinic.example", "s1", rsa.generate_private_key(65537, 2048))
DNS_NAME = "s1._domainkey.clinic.example"


ED25519 = dkim.Signer("clinic.example", "s1e", Ed25519PrivateKey.generate())


def ed25519_record() -> str:
    raw = ED25519.key.public_key().public_bytes_raw()
    return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode()}"


def record() -> str:
    der = SIGNER.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"


def signed(body: bytes, *signers: dkim.Signer) -> bytes:
    fields = [
        headers.field("From", headers.mailbox("Clínica Álamo", "hello@clinic.example")),
        headers.field("To", headers.mailbox("", "ada@mail.example")),
        headers.text_field(
            "Subject",
            "Your visit  on Monday:  a réunion, and a long subject that is folded",
        ),
        headers.field("Date", "Mon, 23 Nov 2026 09:05:00 +0000"),
        headers.field(
            "List-Unsubscribe",
            "<https://links.example/u/" + "t" * 300 + ">, <mailto:u@clinic.example>",
        ),
        headers.field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    covered, digest = dkim.Covered.of(fields), dkim.body_hash(body)
    signatures = [
        signer.sign(covered, body_hash=digest, signed_at=1_795_000_000)
        for signer in signers or (SIGNER,)
    ]
    return b"".join([*signatures, *fields, b"\r\n", body])


def dkimpy_says(message: bytes) -> bool:
    return dkimpy.verify(message, dnsfunc=lambda *_name, **_options: record().encode())


BODY = b"Dear Ada,\r\n\r\nsee  you \t soon.  \r\n. dot\r\n" * 20 + b"\r\n\r\n\r\n"


def test_two_verifiers_that_know_nothing_of_each_other_accept_it():
    message = signed(BODY)
    assert dkimpy_says(message)
    assert mailauth_says(message, DNS_NAME, record()) == "pass"


def test_the_second_signature_is_ed25519_and_both_are_accepted():
    message = signed(BODY, SIGNER, ED25519)
    records = {
        b"s1._domainkey.clinic.example.": record(),
        b"s1e._domainkey.clinic.example.": ed25519_record(),
    }
    verifier = dkimpy.DKIM(message)
    dns = lambda name, **_options: records[name].encode()  # noqa: E731
    assert [verifier.verify(idx=index, dnsfunc=dns) for index in (0, 1)] == [True, True]
    assert (
        mailauth_says(signed(BODY, ED25519), "s1e._domainkey.clinic.example", ed25519_record())
        == "pass"
    )


def test_an_altered_message_fails_the_second_signature_too():
    message = signed(BODY, ED25519).replace(b"soon", b"sooN")
    assert not dkimpy.verify(message, dnsfunc=lambda *_name, **_options: ed25519_record().encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"soon", b"sooN"),
        (b"To: <ada@", b"To: <adb@"),
        (b"From: =?", b"From: eve@evil.example\r\nFrom: =?"),
        (b"Subject: Your", b"Subject: Other\r\nSubject: Your"),
        (b"\r\n\r\n", b"\r\nReply-To: eve@evil.example\r\n\r\n"),
        (b"One-Click", b"One-Clack"),
    ],
    ids=["body", "to", "second from", "second subject", "added reply-to", "unsubscribe"],
)
def test_one_change_is_seen_by_both(before, after):
    message = signed(BODY).replace(before, after, 1)
    assert not dkimpy_says(message)
    assert mailauth_says(message, DNS_NAME, record()) != "pass"


@given(st.lists(st.sampled_from([b"a", b"b", b" ", b"  ", b"\t", b" \t", b"\r\n"])).map(b"".join))
def test_any_body_is_canonicalized_as_dkimpy_does(body):
    assert dkimpy_says(signed(body + b"\r\n"))


def test_a_body_in_canonical_form_is_hashed_in_one_pass():
    chunks = [b"Dear ", b"Ada,\r\n", b"soon.\r\n"]
    assert dkim.hash_of_canonical(chunks) == dkim.body_hash(b"".join(chunks))


WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 to be refused
FOREIGN = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("key", [WEAK, FOREIGN], ids=["1024 bits", "elliptic curve"])
def test_refuses_weak_and_foreign_keys(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="at least 2048 bits"):
        dkim.Signer.from_pem("clinic.example", "s1", pem)
