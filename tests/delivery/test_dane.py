"""Whether a chain of certificates is the one that a domain's signed records speak of."""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256, sha512

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from delivery.wire.dane import SignedKeys, association, usable
from delivery.wire.dns import Tlsa
from dev.sandbox.authority import Authority, issue, new_authority
from tests.smtp_server import FOREVER, LONG_AGO, NAME

NOW = datetime.now(UTC)


@cache
def authority() -> Authority:
    return new_authority()


@cache
def server(name: str = NAME, expires: datetime = FOREVER) -> x509.Certificate:
    pem = issue(authority(), [name], expires=expires)
    return x509.load_pem_x509_certificate(pem.encode())


def der(*certificates: x509.Certificate) -> list[bytes]:
    return [certificate.public_bytes(Encoding.DER) for certificate in certificates]


def record(usage: int, selector: int, matching: int, of: x509.Certificate) -> Tlsa:
    return Tlsa(usage, selector, matching, association(of, selector=selector, matching=matching))


def keys(*records: Tlsa, names: tuple[str, ...] = (NAME,)) -> SignedKeys:
    return SignedKeys(NAME, names, records)


KINDS = [(selector, matching) for selector in (0, 1) for matching in (0, 1, 2)]


@pytest.mark.parametrize(("selector", "matching"), KINDS)
def test_its_own_key_is_enough(selector, matching):
    known = record(3, selector, matching, server())
    assert keys(known).matched(der(server()), NOW) == known
    assert keys(known).matched(der(server("other.example")), NOW) is None


@pytest.mark.parametrize(("selector", "matching"), KINDS)
def test_an_authority_that_is_shown_vouches_for_the_server(selector, matching):
    known = record(2, selector, matching, authority().certificate)
    assert keys(known).matched(der(server(), authority().certificate), NOW) == known
    assert keys(known).matched(der(server()), NOW) is None


def test_what_is_hashed_is_what_the_rfc_says():
    whole = server().public_bytes(Encoding.DER)
    assert association(server(), selector=0, matching=0) == whole
    assert association(server(), selector=0, matching=1) == sha256(whole).digest()
    key = association(server(), selector=1, matching=0)
    assert association(server(), selector=1, matching=2) == sha512(key).digest()
    assert key in whole


def test_a_published_key_needs_no_date_and_no_name():
    """RFC 7672 3.1.1."""
    old = server("elsewhere.example", LONG_AGO)
    known = record(3, 1, 1, old)
    assert keys(known).matched(der(old), NOW) == known


def test_an_authority_vouches_for_names_and_for_a_time_only():
    """RFC 7672 3.1.2."""
    known, root = record(2, 0, 1, authority().certificate), authority().certificate
    assert keys(known).matched(der(server("elsewhere.example"), root), NOW) is None
    assert keys(known).matched(der(server(NAME, LONG_AGO), root), NOW) is None
    other = keys(known, names=("mx.other.example", "x.example", "elsewhere.example"))
    assert other.matched(der(server("elsewhere.example"), root), NOW) == known


def test_an_authority_that_signed_another_server_does_not_vouch():
    stranger = new_authority().certificate
    known = record(2, 0, 1, stranger)
    assert keys(known).matched(der(server(), stranger), NOW) is None
    # The true authority in between does not help: the published one is not above it.
    assert keys(known).matched(der(server(), authority().certificate, stranger), NOW) is None


def test_the_server_itself_is_no_authority():
    known = record(2, 0, 1, server())
    assert keys(known).matched(der(server()), NOW) is None


def test_the_key_of_somebody_further_up_is_not_the_servers():
    known = record(3, 1, 1, authority().certificate)
    assert keys(known).matched(der(server(), authority().certificate), NOW) is None


def test_one_of_several_records_is_enough():
    old, new = record(3, 1, 1, server("old.example")), record(3, 1, 1, server())
    assert keys(old, new).matched(der(server()), NOW) == new


@pytest.mark.parametrize("chain", [[], [b""], [b"no certificate"]])
def test_what_is_no_certificate_proves_nothing(chain):
    assert keys(record(3, 1, 1, server())).matched(chain, NOW) is None
    whole = der(server())
    assert keys(record(3, 1, 1, server())).matched([*whole, *chain], NOW) == (
        None if chain else record(3, 1, 1, server())
    )


CURVE, NO_CURVE = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030177")
VERSION_3, VERSION_8 = bytes.fromhex("a003020102"), bytes.fromhex("a003020107")


@pytest.mark.parametrize(("here", "there"), [(CURVE, NO_CURVE), (VERSION_3, VERSION_8)])
@pytest.mark.parametrize("usage", [2, 3])
def test_a_certificate_that_cannot_be_read_proves_nothing_and_breaks_nothing(usage, here, there):
    strange = server().public_bytes(Encoding.DER).replace(here, there)
    assert strange != server().public_bytes(Encoding.DER)
    known = record(usage, 1, 1, server())
    assert keys(known).matched([strange, strange], NOW) is None


DIGEST = b"a" * 32
UNUSABLE = [
    Tlsa(0, 1, 1, DIGEST), Tlsa(1, 1, 1, DIGEST), Tlsa(4, 1, 1, DIGEST), Tlsa(255, 1, 1, DIGEST),
    Tlsa(3, 2, 1, DIGEST), Tlsa(3, 1, 3, DIGEST), Tlsa(3, 1, 1, b"a" * 31), Tlsa(3, 1, 2, DIGEST),
    Tlsa(3, 0, 0, b""),
]  # fmt: skip


@pytest.mark.parametrize("unknown", UNUSABLE)
def test_records_that_mean_nothing_here_are_left_out(unknown):
    good = Tlsa(3, 1, 1, DIGEST)
    assert usable([unknown]) == ()
    assert usable([good, unknown]) == usable([unknown, good]) == (good,)


@given(st.integers(2, 3), st.sampled_from(KINDS), st.integers(0, 4000), st.integers(1, 255))
def test_no_changed_bit_matches(usage, kind, place, change):
    """Whatever byte of the record differs, nothing that the server shows fits it."""
    chain = der(server(), authority().certificate)
    true = record(usage, *kind, server() if usage == 3 else authority().certificate)
    wrong = bytearray(true.association)
    wrong[place % len(wrong)] ^= change
    assert keys(true).matched(chain, NOW) == true
    assert keys(true._replace(association=bytes(wrong))).matched(chain, NOW) is None


@given(st.lists(st.binary(max_size=60), max_size=4), st.integers(0, 3))
def test_no_bytes_of_a_server_make_it_fall_over(chain, usage):
    known = record(usage or 3, 1, 1, server())
    assert keys(known).matched([*chain, *der(server())][: max(1, len(chain))], NOW) in {None, known}
