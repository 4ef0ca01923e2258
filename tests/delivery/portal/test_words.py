"""Both languages say the same things."""

import re

import pytest

from delivery.portal.words import WORDS, words_for


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_every_language_has_every_word_with_the_same_blanks():
    english, spanish = WORDS["en"], WORDS["es"]
    assert {name: blanks(words) for name, words in english.items()} == {
        name: blanks(words) for name, words in spanish.items()
    }


@pytest.mark.parametrize(
    ("wishes", "language"),
    [(("es", "en"), "es"), (("", "es-MX"), "es"), (("fr", "en-US"), "en"), ((), "en")],
)
def test_the_first_language_that_we_speak_is_taken(wishes, language):
    assert words_for(*wishes)["language"] == language
