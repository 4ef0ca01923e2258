"""Every word of the portal in each of its languages, at the reading level of sixth grade."""

import json
from pathlib import Path

LANGUAGES = ("en", "es")
WORDS: dict[str, dict[str, str]] = {
    language: json.loads((Path(__file__).parent / f"words.{language}.json").read_text())
    for language in LANGUAGES
}


def words_for(*wishes: str) -> dict[str, str]:
    """The words in the first wished language that the portal speaks, else in English."""
    for wish in wishes:
        if words := WORDS.get(wish[:2].lower()):
            return words
    return WORDS["en"]
