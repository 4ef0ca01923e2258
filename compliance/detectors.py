"""What PHI looks like in text: structured identifiers by shape, health terms by word lists.

Works on plain text (not markup), in English and Spanish. Accents do not matter: `diálisis` and
`dialisis` are one word.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.db.models import TextChoices


class Detector(TextChoices):
    """The label says what was found, and never repeats it."""

    SSN = "ssn", "Looks like a Social Security number."
    MRN = "mrn", "Looks like a medical record number."
    BIRTH_DATE = "birth_date", "Looks like a date of birth."
    PHONE = "phone", "Looks like a phone number."
    EMAIL = "email", "Looks like an email address."
    DIAGNOSIS_CODE = "diagnosis_code", "Looks like a diagnosis code."
    CARD = "card", "Looks like a payment card number."
    HEALTH_TERM = "health_term", "Names a condition, a test or a medicine."
    SPECIAL_TERM = "special_term", "Names something specially protected by law."


class Hit(NamedTuple):
    detector: Detector
    start: int
    end: int


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic)[a-z]*\.?"
_DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}"
    rf"|{_MONTH} \d{{1,2}},? (?:19|20)\d{{2}}|\d{{1,2}} (?:de )?{_MONTH} (?:de )?(?:19|20)\d{{2}})"
)
_BORN = r"\b(?:born|dob|d\.o\.b\.|birth ?date|date of birth|birthday|nacimiento|nacid[oa]|fdn)\b"
_MRN_LABEL = (
    r"\b(?:mrn|medical record|chart|patient id|expediente|historia clinica)"
    r"(?: (?:number|numero|no|num|id))?"
)

# With how many digits each has at least: most values have fewer.
# Python compiles each once; every pattern is linear: no nested repetition over the same characters.
_WITH_DIGITS: tuple[tuple[Detector, int, re.Pattern[str]], ...] = (
    # The Social Security Administration never assigns 000, 666 and 9xx, nor zero groups.
    (
        Detector.SSN,
        9,
        re.compile(r"(?<![\d-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])"),
    ),
    (
        Detector.SSN,
        9,
        re.compile(r"\b(?:ssn|social security|seguro social)\b\D{0,12}(?!000|666|9)\d{9}(?!\d)"),
    ),
    (Detector.MRN, 4, re.compile(rf"{_MRN_LABEL}\b[^a-z0-9]{{0,4}}[a-z]{{0,4}}-?\d{{4,12}}(?!\d)")),
    (Detector.BIRTH_DATE, 4, re.compile(rf"{_BORN}[^0-9]{{0,24}}?{_DATE}(?!\d)")),
    (
        Detector.PHONE,
        7,
        re.compile(
            r"(?<![\d-])(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?![\d-])"
            r"|\+\d{1,3}[ .-]?\d{6,12}(?!\d)"
        ),
    ),
    # Without a label the dot is required: B12 is a vitamin and A1C a blood value.
    (
        Detector.DIAGNOSIS_CODE,
        1,
        re.compile(
            r"\b[a-tv-z]\d[0-9ab]\.[0-9a-z]{1,4}\b"
            r"|\b(?:icd(?:-?10)?|dx|diagnosis(?: code)?|diagnostico)\b[^a-z0-9]{0,4}"
            r"[a-tv-z]\d[0-9ab][0-9a-z]{0,4}\b"
        ),
    ),
)
_EMAIL = re.compile(r"[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_CARD = re.compile(r"(?<![\d-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")
_CARD_DIGITS = 13
_NUMERIC_DATE = re.compile(rf"(?<!\d){_DATE}(?!\d)")
_WORD = re.compile(r"[a-z]+")
_DIGIT = re.compile(r"\d")

# A date this close to a record number is taken for a date of birth.
_NEAR = 60

_PLAIN = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÁÉÍÓÚÜÑáéíóúüñ’",  # noqa: RUF001 - the typographic apostrophe is meant
    "abcdefghijklmnopqrstuvwxyzaeiouunaeiouun'",
)


def fold(text: str) -> str:
    """Lower case without accents, character by character, so that positions stay true."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def find(text: str) -> Iterator[Hit]:
    """Everything in `text` that looks like PHI; positions are those of its NFC form."""
    folded = fold(text)
    if _DIGIT.search(folded):
        yield from _find_numbers(folded)
    if "@" in folded:
        yield from _find_addresses(folded)
    yield from _find_terms(folded)


def find_across(before: str, value: str, after: str) -> Iterator[Hit]:
    """What `value` shows among the text around it; positions count from the start of the value.

    Most values (a name, a place) have no digit and no word of any list, and cost a look at the
    value alone.
    """
    value = fold(value)
    has_digit, has_at = _DIGIT.search(value), "@" in value
    words = _WORD.findall(_with_glued_letters(before, value, after))
    has_term = not _TERM_WORDS.isdisjoint(words)
    if not (has_digit or has_at or has_term):
        return
    before, after = fold(before), fold(after)
    text, start, end = before + value + after, len(before), len(before) + len(value)
    hits: list[Hit] = []
    if has_digit:
        hits += _find_numbers(text)
    if has_at:
        hits += _find_addresses(text)
    if has_term:
        hits += _find_terms(text)
    for detector, hit_start, hit_end in hits:
        if hit_start < end and hit_end > start:
            yield Hit(detector, hit_start - start, hit_end - start)


def _with_glued_letters(before: str, value: str, after: str) -> str:
    """The value and the parts of words that touch it: `pre` + `natal` is one word."""
    head = fold(before.rsplit(maxsplit=1)[-1]) if before[-1:].isalpha() else ""
    tail = fold(after.split(maxsplit=1)[0]) if after[:1].isalpha() else ""
    return f"{head}{value}{tail}"


def _find_addresses(folded: str) -> Iterator[Hit]:
    return (Hit(Detector.EMAIL, *match.span()) for match in _EMAIL.finditer(folded))


def _find_numbers(folded: str) -> Iterator[Hit]:
    digits = len(_DIGIT.findall(folded))
    hits = [
        Hit(detector, *match.span())
        for detector, least, pattern in _WITH_DIGITS
        if digits >= least
        for match in pattern.finditer(folded)
    ]
    yield from hits
    for match in _CARD.finditer(folded) if digits >= _CARD_DIGITS else ():
        if passes_luhn(match.group()):
            yield Hit(Detector.CARD, *match.span())
    records = [hit for hit in hits if hit.detector in {Detector.SSN, Detector.MRN}]
    if records:
        for match in _NUMERIC_DATE.finditer(folded):
            if any(_is_near(match.span(), hit) for hit in records):
                yield Hit(Detector.BIRTH_DATE, *match.span())


def _is_near(span: tuple[int, int], hit: Hit) -> bool:
    return span[0] - hit.end <= _NEAR and hit.start - span[1] <= _NEAR


def passes_luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    digits = [int(character) for character in number if character.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _find_terms(folded: str) -> Iterator[Hit]:
    words = list(_WORD.finditer(folded))
    for position, word in enumerate(words):
        for rest, detector in _TERMS.get(word.group(), ()):
            following = words[position + 1 : position + 1 + len(rest)]
            if tuple(match.group() for match in following) == rest:
                last = following[-1] if following else word
                yield Hit(detector, word.start(), last.end())


def _load_terms() -> dict[str, list[tuple[tuple[str, ...], Detector]]]:
    """First word of each term to the words after it: one look-up a word, however long the lists."""
    terms: dict[str, list[tuple[tuple[str, ...], Detector]]] = {}
    for path in sorted((Path(__file__).parent / "wordlists").glob("*.txt")):
        is_special = path.name.startswith("special")
        detector = Detector.SPECIAL_TERM if is_special else Detector.HEALTH_TERM
        for line in path.read_text(encoding="utf-8").splitlines():
            first, *rest = line.split()
            terms.setdefault(first, []).append((tuple(rest), detector))
    return terms


_TERMS = _load_terms()
_TERM_WORDS = frozenset(
    word for first, terms in _TERMS.items() for rest, _ in terms for word in (first, *rest)
)
