"""What we offer to mail servers: approved ciphers and curves, read from the bytes of a greeting (RFC 8446 4.1.2)."""

import ssl

import pytest

from delivery.wire.tls import Contexts

# Numbers of the registry; and what OpenSSL offers beside them if nobody says otherwise.
AES_GCM = (b"\x13\x02", b"\x13\x01")
CHACHA20 = b"\x13\x03"
CURVES = b"\x00\x0a\x00\x08\x00\x06\x00\x17\x00\x18\x00\x19"  # P-256, P-384, P-521


def greeting(context: ssl.SSLContext) -> bytes:
    sent = ssl.MemoryBIO()
    told = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="mx.example")
    with pytest.raises(ssl.SSLWantReadError):
        told.do_handshake()
    return sent.read()


def suites(hello: bytes) -> list[bytes]:
    """Behind record and handshake heads, version, random and the id of the session."""
    start = 5 + 4 + 2 + 32
    start += 1 + hello[start]
    length = int.from_bytes(hello[start : start + 2], "big")
    listed = hello[start + 2 : start + 2 + length]
    return [listed[place : place + 2] for place in range(0, length, 2)]


@pytest.mark.parametrize("kind", ["verified", "unverified"])
def test_only_approved_ciphers_and_curves_are_offered(kind):
    hello = greeting(getattr(Contexts.load(None), kind))
    offered = suites(hello)
    assert tuple(suite for suite in offered if suite[0] == 0x13) == AES_GCM
    assert CHACHA20 not in offered
    assert CURVES in hello
    # ChaCha20 of TLS 1.2 (RFC 7905).
    assert not {b"\xcc\xa8", b"\xcc\xa9", b"\xcc\xaa"} & set(offered)
