"""After a whole journey through real servers, no word of it stands anywhere but in sealed columns.

Each place is searched twice in one reading: for the journey's words, and for one that was planted there.
"""

import gzip
import zlib
from base64 import b64encode

import pytest
import pyzipper

from tests.security import canary_journey, canary_places
from tests.security.canary import Canaries
from tests.security.canary_places import PLACES
from tests.security.canary_stack import Stack

pytestmark = [pytest.mark.prove, pytest.mark.browser]


@pytest.fixture(scope="module")
def journey(_database, tmp_path_factory):
    with canary_places.kept_wal() as began_at:
        yield from _journey(began_at, tmp_path_factory.mktemp("canary"))


def _journey(began_at, folder):
    stack = Stack(folder)
    with stack.overheard():
        made = canary_journey.make(stack, began_at)
        with stack.running():
            canary_journey.live(made)
            yield made
            canary_places.uproot()


@pytest.mark.parametrize("name", PLACES)
def test_no_word_of_the_journey_stands_in(name, journey):
    place = PLACES[name]
    if place.plant is not None:
        place.plant(journey, journey.planted(name))
    contents = list(place.read(journey))
    print(f"\n{name}: {len(contents)} pieces, {sum(map(len, contents)):,} bytes")  # noqa: T201
    assert hits(journey.planted, contents, place), (
        "what was planted is not found: nothing is proven"
    )
    assert hits(journey.marks, contents, place) == []


def hits(words, contents, place):
    search = words.hits_in_pieces if place.is_compressed_by_postgres else words.hits
    return sorted({hit for content in contents for hit in search(content)})


def test_the_journey_was_whole(journey):
    """Its words did come by: typed, imported, mailed, read, answered, exported."""
    mailed = b"".join(
        file.read_bytes() for file in journey.stack["mailboxes"].rglob("*") if file.is_file()
    )
    assert {text for text in ("Subject", "Body") if journey.marks(text).encode() in mailed} == {
        "Subject",
        "Body",
    }
    assert len(journey.marks.words) > 60
    assert len(journey.visited) > 100


def test_the_export_holds_words_under_its_password(journey):
    """So that its file was searched for what is in it."""
    with pyzipper.AESZipFile(journey.export) as archive:
        archive.setpassword(journey.password.encode())
        (name,) = archive.namelist()
        assert journey.marks("ada").encode() in archive.read(name)


@pytest.mark.parametrize(
    "packed",
    [
        lambda word: word.upper().encode(),
        lambda word: f"to: {word}".encode("utf-16-le"),
        lambda word: word.encode().hex().encode(),
        lambda word: b64encode(f'{{"to": "{word}"}}'.encode()),
        lambda word: gzip.compress(f"to: {word}".encode()),
        lambda word: zlib.compress(f"to: {word}".encode()),
        lambda word: f"{word[:5]}=\r\n{word[5:]}".encode(),
    ],
)
def test_a_word_is_found_however_it_is_packed(packed):
    words = Canaries()
    assert words.hits(packed(words("Ada")))
    assert not Canaries().hits(packed(words("Ada")))
