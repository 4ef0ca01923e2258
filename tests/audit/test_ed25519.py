"""The verifier's own Ed25519, against RFC 8032 section 7.1 and against a library."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import verifier

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
            "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
            "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
            "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_accepts_the_vectors_of_rfc_8032(public, message, signature):
    known = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verifier.signature_is_good(*known)
    assert not verifier.signature_is_good(known[0], known[1] + b"x", known[2])


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_accepts_what_a_library_signed(message):
    assert verifier.signature_is_good(PUBLIC, message, KEY.sign(message))


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_refuses_a_flipped_bit_of_a_signature(bit):
    flipped = bytearray(KEY.sign(b"text"))
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verifier.signature_is_good(PUBLIC, b"text", bytes(flipped))


def test_refuses_a_signature_with_the_order_added():
    """RFC 8032 5.1.7: S below the order, or one signature has many forms."""
    good = KEY.sign(b"text")
    scalar = int.from_bytes(good[32:], "little") + verifier.ORDER
    assert not verifier.signature_is_good(
        PUBLIC, b"text", good[:32] + scalar.to_bytes(32, "little")
    )


@pytest.mark.parametrize("public", [bytes(31), b"\xff" * 32, b"\x02" + bytes(31)])
def test_refuses_what_is_no_key(public):
    assert not verifier.signature_is_good(public, b"text", KEY.sign(b"text"))
