"""From the text of a cell to a value of a field: one function a kind, each with its refusals."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from contacts import languages
from contacts.addresses import AddressError, normalize_email, normalize_phone
from contacts.fields import Field, Value
from contacts.importing.dates import DateError, Order, read_date

TEXT_LIMIT = 2_000
NAME_LIMIT = 200
RECORD_NUMBER_LIMIT = 100
# Distinct cells remembered a column: plans and dates repeat themselves, names do not.
REMEMBERED = 8_000

# What systems write for "nothing". Names have a short list: Null, None and Na are family names.
NOTHING_IN_A_NAME = frozenset({"", "-", "--", "#n/a", "\\n", "(null)"})
NOTHING = NOTHING_IN_A_NAME | {
    "null",
    "none",
    "nil",
    "n/a",
    "na",
    "<null>",
    "nan",
    "unknown",
    "not known",
    ".",
}

# Control characters other than tab and line ends, and what a decoder writes for bytes that it cannot read.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_SPREADSHEET_ERROR = re.compile(r"#(?:REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|####*)")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_POINT_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE
)
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_YES = frozenset({"yes", "y", "true", "t", "1", "x", "si", "sí"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_LANGUAGES = {
    **{name.casefold(): code for code, name in languages.NAMES.items()},
    "eng": "en", "inglés": "en", "ingles": "en", "spa": "es", "español": "es", "espanol": "es",
}  # fmt: skip
_LANGUAGE_TAG = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*")


class CellError(ValueError):
    """This cell cannot become a value of its field; the message never repeats the cell."""


class Column(dict[str, "Value | CellError | None"]):
    """What each distinct cell of a column becomes: a value, None for nothing, or the refusal."""

    def __init__(self, field: Field, order: Order, today: date) -> None:
        super().__init__()
        self.field = field
        self._nothing = NOTHING_IN_A_NAME if field.kind in {"name", "record_number"} else NOTHING
        self._convert = _converter(field, order, today)

    def __missing__(self, cell: str) -> "Value | CellError | None":
        if len(self) >= REMEMBERED:
            self.clear()
        self[cell] = value = self._value(cell)
        return value

    def _value(self, cell: str) -> "Value | CellError | None":
        text = unicodedata.normalize("NFC", cell).strip()
        if text.lower() in self._nothing and text not in self.field.choices:
            return None
        if _UNREADABLE.search(text):
            return CellError("The cell holds characters that cannot be read.")
        if _SPREADSHEET_ERROR.fullmatch(text):
            return CellError("The cell holds an error of a spreadsheet.")
        try:
            return self._convert(text)
        except (CellError, AddressError, DateError) as refusal:
            return refusal if isinstance(refusal, CellError) else CellError(str(refusal))


def _converter(field: Field, order: Order, today: date) -> Callable[[str], Value | None]:
    match field.kind:
        case "date":
            return lambda text: read_date(text, order).isoformat()
        case "birth_date":
            return lambda text: _past(read_date(text, order), today)
        case "death_date":
            return lambda text: _death(text, order, today)
        case "choice":
            labels = {choice.casefold(): choice for choice in field.choices}
            return lambda text: _choice(text, labels)
        case kind:
            return _PLAIN[kind]


def _past(day: date, today: date) -> str:
    if day > today:
        raise CellError("This date is in the future.")
    return day.isoformat()


def _death(text: str, order: Order, today: date) -> str | None:
    """The day of death; where a file only says yes, the day on which we learn it."""
    word = text.casefold()
    if word in _NO:
        return None
    return today.isoformat() if word in _YES else _past(read_date(text, order), today)


def _choice(text: str, labels: dict[str, str]) -> str:
    try:
        return labels[text.casefold()]
    except KeyError:
        raise CellError(
            f"Not one of the choices of this field: {', '.join(labels.values())}."
        ) from None


def _text(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise CellError(f"The text is longer than {TEXT_LIMIT:,} characters.")
    return text


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > NAME_LIMIT:
        raise CellError(f"The name is longer than {NAME_LIMIT} characters.")
    return name


def _record_number(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise CellError(
            "A spreadsheet shortened this number. Format its column as text and export again."
        )
    if len(text) > RECORD_NUMBER_LIMIT:
        raise CellError(f"The record number is longer than {RECORD_NUMBER_LIMIT} characters.")
    return text


def _number(text: str) -> int | float:
    """1,204.50 and $12 as in the US; 1.204,50 where only that can be; (12.00) is below zero."""
    bare = re.sub(r"[\s$€£]", "", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if not re.search(r"\d", bare):
        raise CellError("This is not a number.")
    if _POINT_NUMBER.fullmatch(bare):
        number = float(bare.replace(",", ""))
    elif _COMMA_NUMBER.fullmatch(bare):
        number = float(bare.replace(".", "").replace(",", "."))
    else:
        raise CellError("This is not a number.")
    if abs(number) > 1e15:
        raise CellError("The number is too large to keep exactly. Use a text field for it.")
    return int(number) if number.is_integer() else number


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError("Not yes or no. Use yes, no, true, false, 1 or 0.")


def _language(text: str) -> str:
    word = text.casefold()
    if word in _LANGUAGES:
        return _LANGUAGES[word]
    if match := _LANGUAGE_TAG.fullmatch(word):
        return match[1]
    raise CellError("Not a language we know. Use en, es or another two-letter code.")


def _phone(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise CellError(
            "A spreadsheet shortened this number. Format its column as text and export again."
        )
    return normalize_phone(text)


_PLAIN: dict[str, Callable[[str], Value]] = {
    "text": _text,
    "name": _name,
    "record_number": _record_number,
    "number": _number,
    "boolean": _boolean,
    "email": normalize_email,
    "phone": _phone,
    "language": _language,
}
