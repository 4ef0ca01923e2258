"""The split keys: both halves open, one half never does, and nothing can be moved or changed."""

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.escrow import keys

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
# The machine may be busy: how long one example takes says nothing about the keys.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

KEYS = st.binary(min_size=32, max_size=32)
PARTS = st.dictionaries(st.sampled_from(["subject", "html", "text"]), st.binary(max_size=2000))


def somewhere() -> keys.Place:
    return keys.Place(tenant_id=uuid4(), item_id=uuid4(), contact_id=uuid4())


def unlock(place: keys.Place, locked: keys.Locked) -> bytes:
    return keys.content_key(
        place,
        link_key=locked.link_key,
        server_share=locked.lock.server_share,
        wrapped_key=locked.lock.wrapped_key,
    )


def hkdf_by_hand(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block, from the standard library alone."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


@given(parts=PARTS)
def test_both_halves_open_every_part(parts):
    place = somewhere()
    locked = keys.lock(place, parts)
    content_key = unlock(place, locked)
    opened = {
        name: keys.open_part(place, content_key=content_key, name=name, sealed=sealed)
        for name, sealed in locked.parts.items()
    }
    assert opened == parts


@given(guess=KEYS)
def test_the_server_half_alone_opens_nothing(guess):
    place = somewhere()
    locked = keys.lock(place, {"text": b"private"})
    with pytest.raises(keys.WrongKey):
        unlock(place, replace(locked, link_key=guess))


@given(guess=KEYS)
def test_the_link_alone_opens_nothing(guess):
    place = somewhere()
    locked = keys.lock(place, {"text": b"private"})
    with pytest.raises(keys.WrongKey):
        unlock(place, replace(locked, lock=replace(locked.lock, server_share=guess)))


@pytest.mark.parametrize("field", ["tenant_id", "item_id", "contact_id"])
def test_a_ciphertext_moved_elsewhere_does_not_open(field):
    place = somewhere()
    locked = keys.lock(place, {"text": b"private"})
    with pytest.raises(keys.WrongKey):
        unlock(replace(place, **{field: uuid4()}), locked)


def test_a_part_shown_under_another_name_does_not_open():
    place = somewhere()
    locked = keys.lock(place, {"subject": b"a", "text": b"b"})
    content_key = unlock(place, locked)
    with pytest.raises(keys.WrongKey):
        keys.open_part(place, content_key=content_key, name="text", sealed=locked.parts["subject"])


@given(position=st.integers(min_value=0, max_value=34), bit=st.integers(min_value=0, max_value=7))
def test_one_changed_bit_is_noticed(position, bit):
    place = somewhere()
    locked = keys.lock(place, {"text": b"private"})
    changed = bytearray(locked.parts["text"])
    changed[position] ^= 1 << bit
    with pytest.raises(keys.WrongKey):
        keys.open_part(place, content_key=unlock(place, locked), name="text", sealed=bytes(changed))


def test_what_rests_in_the_database_does_not_hold_the_link_key():
    place = somewhere()
    locked = keys.lock(place, {"text": b"private"})
    rests = b"".join(
        [
            locked.lock.server_share,
            locked.lock.wrapped_key,
            locked.lock.proof_digest,
            locked.lock.receipt_digest,
            *locked.parts.values(),
        ]
    )
    assert locked.lock.server_share in rests
    assert locked.link_key not in rests
    assert keys.proof(locked.link_key, place.item_id) not in rests


@given(link_key=KEYS)
def test_a_link_key_survives_the_link_and_the_keyboard(link_key):
    assert keys.read_link_key(keys.to_fragment(link_key)) == link_key
    assert keys.read_link_key(keys.to_groups(link_key)) == link_key
    typed = keys.to_groups(link_key).lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert keys.read_link_key(typed) == link_key


@pytest.mark.parametrize("text", ["", "abc", "A" * 42, "é" * 43, "U" * 52, "0" * 53, "=" * 43])
def test_other_text_is_no_link_key(text):
    with pytest.raises(keys.WrongKey):
        keys.read_link_key(text)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["item_id"])
def test_agrees_with_the_vectors_that_the_browser_is_held_to(vector):
    place = keys.Place(*(UUID(vector[name]) for name in ("tenant_id", "item_id", "contact_id")))
    link_key = keys.read_link_key(vector["fragment"])
    assert link_key.hex() == vector["link_key"]
    assert keys.to_groups(link_key) == vector["groups"]
    shown = keys.proof(link_key, place.item_id)
    assert shown.hex() == vector["proof"]
    assert keys.proof_digest(shown).hex() == vector["proof_digest"]
    content_key = keys.content_key(
        place,
        link_key=link_key,
        server_share=bytes.fromhex(vector["server_share"]),
        wrapped_key=bytes.fromhex(vector["wrapped_key"]),
    )
    read = keys.receipt(content_key, place.item_id)
    assert (read.hex(), keys.receipt_digest(read).hex()) == (
        vector["receipt"],
        vector["receipt_digest"],
    )
    for name, sealed in vector["sealed"].items():
        opened = keys.open_part(
            place, content_key=content_key, name=name, sealed=bytes.fromhex(sealed)
        )
        assert opened.decode() == vector["clear"][name]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["item_id"])
def test_the_proof_is_rfc_5869_of_the_link_key(vector):
    expected = hkdf_by_hand(
        bytes.fromhex(vector["link_key"]),
        vector["item_id"].encode(),
        b"sealpost/escrow/v1/proof",
    )
    assert expected.hex() == vector["proof"]
