"""Files of a message in the portal: whole, in their order, sealed with their names, gone with the keys."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from delivery.escrow import attachments, keys, streams
from delivery.escrow import services as escrow
from delivery.letters.words import File
from delivery.models import EscrowChunk, EscrowFile, EscrowItem
from tests.factories.delivery import make_item

HERE = Path(__file__).parent
KEY, PREFIX, ABOUT = bytes(32), bytes(7), b"part/file/1"
REPORT = File("Befund für Ada.pdf", "application/pdf", b"%PDF warfarin" * 100_000)  # 1.3 MB
NOTE = File("note.txt", "text/plain", b"")


def pieces(content: bytes) -> list[bytes]:
    return list(streams.seal(KEY, PREFIX, content, about=ABOUT))


def content_key_of(item: EscrowItem) -> bytes:
    return keys.content_key(
        item.place,
        link_key=item.notice_link_key,
        server_share=item.server_share,
        wrapped_key=bytes(item.wrapped_key),
    )


@pytest.mark.parametrize(
    ("size", "count"),
    [(0, 1), (1, 1), (1 << 20, 1), ((1 << 20) + 1, 2), (2 << 20, 2), ((2 << 20) + 1, 3)],
)
def test_every_size_comes_back_whole(size, count):
    content = (b"0123456789" * (size // 10 + 1))[:size]
    assert len(pieces(content)) == count
    assert streams.open_all(KEY, PREFIX, pieces(content), about=ABOUT) == content


@pytest.mark.parametrize(
    "order", [(), (0,), (0, 1), (1, 2), (0, 2, 1), (0, 1, 1, 2), (0, 1, 2, 2)], ids=str
)
def test_a_piece_left_out_doubled_or_elsewhere_opens_nothing(order):
    whole = pieces(bytes(2_500_000))
    assert len(streams.open_all(KEY, PREFIX, whole, about=ABOUT)) == 2_500_000  # positive control
    with pytest.raises(keys.WrongKey):
        streams.open_all(KEY, PREFIX, [whole[number] for number in order], about=ABOUT)


@pytest.mark.parametrize("other", [{"key": b"x" * 32}, {"prefix": b"x" * 7}, {"about": b"2"}])
def test_another_key_prefix_or_place_opens_nothing(other):
    given = {"key": KEY, "prefix": PREFIX, "about": ABOUT} | other
    with pytest.raises(keys.WrongKey):
        streams.open_all(given["key"], given["prefix"], pieces(b"x"), about=given["about"])


def test_agrees_with_the_vector_that_the_browser_is_held_to():
    vector = json.loads((HERE / "file_vector.json").read_text())
    vectors = json.loads((HERE / "vectors.json").read_text())
    (message,) = (each for each in vectors if each["item_id"] == vector["item_id"])
    place = keys.Place(*(UUID(message[name]) for name in ("tenant_id", "item_id", "contact_id")))
    content_key = keys.content_key(
        place,
        link_key=bytes.fromhex(message["link_key"]),
        server_share=bytes.fromhex(message["server_share"]),
        wrapped_key=bytes.fromhex(message["wrapped_key"]),
    )
    part = f"file/{vector['position']}"
    opened = streams.open_all(
        keys.part_key(place, content_key, part),
        bytes.fromhex(vector["prefix"]),
        [bytes.fromhex(each) for each in vector["chunks"]],
        about=place.associated_data(f"part/{part}"),
    )
    assert opened.decode() == vector["clear"]["content"]
    about = bytes.fromhex(vector["about"])
    clear = keys.open_part(place, content_key=content_key, name=f"{part}/about", sealed=about)
    assert json.loads(clear) == vector["clear"]["about"]


def test_files_are_opened_with_the_key_of_their_message(ada):
    item, other = make_item(ada, files=(REPORT, NOTE)), make_item(ada, files=(NOTE,))
    key = content_key_of(item)
    assert attachments.names(item, key) == [(1, REPORT.name), (2, "note.txt")]
    assert attachments.opened(item, key, 1) == (REPORT.name, REPORT.media_type, REPORT.content)
    assert attachments.opened(item, key, 2).content == b""
    with pytest.raises(keys.WrongKey):
        attachments.opened(other, key, 1)
    with pytest.raises(EscrowFile.DoesNotExist):
        attachments.opened(item, key, 3)


def test_neither_name_nor_kind_nor_content_rests_readable(ada):
    make_item(ada, files=(REPORT,))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f::text || c::text FROM delivery_escrowfile f, delivery_escrowchunk c"
        )
        rests = "".join(row[0] for row in cursor.fetchall())
    assert len(rests) > 2 * len(REPORT.content)  # positive control: both pieces, in hex
    for word in ("Befund", "application/pdf", "warfarin"):
        assert word not in rests
        assert word.encode().hex() not in rests


@pytest.mark.parametrize("status", ["expired", "revoked", "wrong_person"])
def test_they_go_with_the_keys(ada, status):
    item, other = make_item(ada, files=(REPORT,)), make_item(ada, files=(NOTE,))
    escrow.shred(item, EscrowItem.Status(status))
    assert list(EscrowFile.objects.values_list("item_id", flat=True)) == [other.id]
    assert EscrowChunk.objects.count() == 1


def test_a_file_belongs_to_its_place():
    place = keys.Place(uuid4(), uuid4(), uuid4())
    one, two = (keys.part_key(place, KEY, f"file/{position}") for position in (1, 2))
    assert one != two
