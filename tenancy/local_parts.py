"""The part of an address before the @, in letters of any script (RFC 6531 3.3)."""

import unicodedata

# Letters, the marks on them, and digits: neither blanks nor anything that is not seen or that turns
# the direction of reading.
SHOWN = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl"})


def spelled_plainly(local_part: str) -> str:
    """The same with an x for each letter outside ASCII: what the rules for ASCII are asked about.

    A character that no address may hold stays, and breaks them.
    """
    if local_part.isascii():
        return local_part
    return "".join("x" if _is_letter(character) else character for character in local_part)


def _is_letter(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in SHOWN
