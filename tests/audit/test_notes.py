"""Checkpoints are notes of C2SP, and a hostile text is refused without a stumble."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from audit import notes
from audit.notes import Checkpoint, NoteInvalid

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
CHECKPOINT = Checkpoint("app.example/audit/1", 7, b"\x05" * 32)
NOTE = notes.sign(CHECKPOINT, KEY)
SUM_GOLANG_ORG = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_reads_like_a_checkpoint_of_c2sp():
    head, _, signature = NOTE.partition("\n\n")
    assert head.split("\n") == [
        "app.example/audit/1",
        "7",
        "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=",
    ]
    assert signature.startswith("\u2014 app.example/audit/1 ")
    assert signature.endswith("\n")


def test_its_key_has_the_id_of_the_signed_note_specification():
    # The verifier key of Go's checksum database.
    name, known_id, encoded = SUM_GOLANG_ORG.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    assert notes.key_id(name, public).hex() == known_id
    assert notes.verifier_key(name, public) == SUM_GOLANG_ORG


def test_opens_with_its_key_only():
    assert notes.open_note(NOTE, PUBLIC) == CHECKPOINT
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(NoteInvalid, match="did not sign"):
        notes.open_note(NOTE, other)


def test_leaves_room_for_the_signature_of_a_witness():
    witness = base64.b64encode(b"\x01\x02\x03\x04" + bytes(72)).decode()
    assert notes.open_note(f"{NOTE}\u2014 witness.example {witness}\n", PUBLIC) == CHECKPOINT


@pytest.mark.parametrize("origin", ["two\nlines", "a b", "a+b", "", "\u00e9"])
def test_signs_no_origin_that_could_be_read_in_two_ways(origin):
    with pytest.raises(ValueError, match="one word"):
        notes.sign(CHECKPOINT._replace(origin=origin), KEY)


@pytest.mark.parametrize("at", range(len(NOTE.encode())))
def test_no_byte_of_a_note_can_be_changed(at):
    changed = bytearray(NOTE.encode())
    changed[at] ^= 1
    with pytest.raises(NoteInvalid):
        notes.open_note(changed.decode(errors="replace"), PUBLIC)


@given(st.text())
@example("")
@example("\n\n")
@example("a\n" + "9" * 5_000 + "\n\n\n")
@example("a\n1\n=\n\n\u2014 a =\n")
@example(NOTE + NOTE)
def test_a_hostile_text_is_refused(text):
    with pytest.raises(NoteInvalid):
        notes.open_note(text, PUBLIC)


def signed_text(body):
    """A note around any body, with a good signature in the name of its first line."""
    name = body.split("\n")[0]
    value = base64.b64encode(notes.key_id(name, PUBLIC) + KEY.sign(body.encode())).decode()
    return f"{body}\n\u2014 {name} {value}\n"


@pytest.mark.parametrize("size", [31, 33])
def test_a_root_of_another_length_is_refused(size):
    root = base64.b64encode(bytes(size)).decode()
    with pytest.raises(NoteInvalid, match="wrong length"):
        notes.open_note(signed_text(f"app.example\n7\n{root}\n"), PUBLIC)
    whole = base64.b64encode(bytes(32)).decode()
    opened = notes.open_note(signed_text(f"app.example\n7\n{whole}\n"), PUBLIC)
    assert opened == Checkpoint("app.example", 7, bytes(32))


def witnessed(length):
    """Our note, with lines of witnesses until it is so long."""
    note, value = NOTE, "A" * 400
    while (left := length - len(note)) > 800:
        note += f"\u2014 w {value}\n"
    # A dash, two spaces, the end of the line; the name takes what the value leaves.
    short = value[: (left - 104) // 4 * 4]
    return f"{note}\u2014 {'w' * (left - 4 - len(short))} {short}\n"


def test_a_note_may_be_so_long_and_no_longer():
    longest = witnessed(10_000)
    assert (len(longest), notes.open_note(longest, PUBLIC)) == (10_000, CHECKPOINT)
    longer = witnessed(10_001)
    assert len(longer) == 10_001
    with pytest.raises(NoteInvalid, match="not a signed note"):
        notes.open_note(longer, PUBLIC)


def test_a_key_that_is_none_opens_nothing():
    public = b"short"
    value = base64.b64encode(notes.key_id(CHECKPOINT.origin, public) + bytes(64)).decode()
    forged = f"{CHECKPOINT.body()}\n\u2014 {CHECKPOINT.origin} {value}\n"
    with pytest.raises(NoteInvalid, match="not good"):
        notes.open_note(forged, public)


@pytest.mark.parametrize("name", ["a b", "a+b", "", "\u00e9"])
def test_a_name_that_could_be_read_in_two_ways_is_refused(name):
    with pytest.raises(NoteInvalid, match="not a checkpoint"):
        notes.parse(NOTE.replace(CHECKPOINT.origin, name, 1))


def test_a_value_has_one_text():
    """The last letter before the end holds bits that decoding drops."""
    assert NOTE.endswith("=\n")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = letters[letters.index(NOTE[-3]) ^ 1]
    with pytest.raises(NoteInvalid, match="one form"):
        notes.open_note(f"{NOTE[:-3]}{stray}=\n", PUBLIC)
