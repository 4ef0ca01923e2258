"""The file format: what is changed, moved, left out or added is noticed."""

import io
import os
import struct

import pytest

from compliance.backups.chunks import (
    CHUNK_BYTES,
    HEADER,
    LENGTH,
    BackupRefused,
    SealingFile,
    key_from,
    opened,
)

KEY = bytes(range(32))
CONTENT = os.urandom(2 * CHUNK_BYTES + 5)


def sealed(content=CONTENT, key=KEY, purpose="main"):
    file = io.BytesIO()
    writer = SealingFile(file, key, purpose=purpose)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.close()
    return file.getvalue()


def read(data, key=KEY, purpose="main"):
    return b"".join(opened(io.BytesIO(data), key, purpose=purpose))


def parts(data):
    at, found = HEADER.size, []
    while at < len(data):
        end = at + LENGTH.size + LENGTH.unpack_from(data, at)[0]
        found.append(data[at:end])
        at = end
    return data[: HEADER.size], found


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_gives_back_what_was_written(size):
    assert read(sealed(CONTENT[:size])) == CONTENT[:size]


def test_holds_one_chunk_at_a_time():
    _, found = parts(sealed())
    assert [len(part) for part in found] == [CHUNK_BYTES + 20, CHUNK_BYTES + 20, 5 + 20]


def test_shows_nothing_of_its_content():
    data = sealed(b"Quennell" * 1000)
    assert b"Quennell" not in data
    assert b"Quennell" in read(data)


def test_refuses_another_key():
    with pytest.raises(BackupRefused, match=r"^Another key sealed this backup\.$"):
        read(sealed(), key=bytes(32))


def test_refuses_the_other_purpose():
    with pytest.raises(BackupRefused, match="Part 1"):
        read(sealed(), purpose="keys")


@pytest.mark.parametrize("at", [0, 17, 30, 41, 60, CHUNK_BYTES + 100, -1])
def test_refuses_a_changed_byte(at):
    data = bytearray(sealed())
    data[at] ^= 1
    with pytest.raises(BackupRefused):
        read(bytes(data))


@pytest.mark.parametrize(
    "order", [[0, 1], [0], [], [1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1, 2, 2], [1, 2]]
)
def test_refuses_parts_that_are_missing_moved_or_repeated(order):
    header, found = parts(sealed())
    with pytest.raises(BackupRefused):
        read(header + b"".join(found[number] for number in order))


def test_refuses_a_file_that_is_cut_short():
    data = sealed()
    for length in (10, 41, 1000, len(data) - 1, len(data) - 24):
        with pytest.raises(BackupRefused):
            read(data[:length])


def test_refuses_a_part_that_claims_to_be_huge():
    with pytest.raises(BackupRefused, match="cut short"):
        read(sealed()[: HEADER.size] + struct.pack(">I", 2**31))


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "no digits"])
def test_refuses_what_is_no_key(text):
    with pytest.raises(BackupRefused, match="64 hexadecimal digits"):
        key_from(text)
