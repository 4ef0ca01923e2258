"""Values out of JSON that somebody else's client wrote; each that does not fit is named by its place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from delivery.letters.words import File, LetterRefused, Mailbox, decoded, is_whole

NOT_SUPPORTED = "This field is not supported here. Leave it out."
LONGEST_VALUE = 2_000
# What clients write for "nothing".
_NOTHING: tuple[object, ...] = (None, "", {}, [], False)


class Reader:
    """One object of the body. `at` is where it stands, for the sentence about what does not fit."""

    def __init__(self, value: object, at: str = "") -> None:
        if not isinstance(value, dict):
            raise LetterRefused(at or "body", "Send an object.")
        self._values: Mapping[str, Any] = value
        self._at = at

    def place(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def only(self, *known: str, harmless: Collection[str] = ()) -> None:
        """Refuse every other field that says something: it must not be lost in silence."""
        for name, value in self._values.items():
            if name in known or name in harmless or value in _NOTHING:
                continue
            raise LetterRefused(self.place(_shown(name)), NOT_SUPPORTED)

    def says(self, name: str) -> bool:
        return self._values.get(name) not in _NOTHING

    def text(self, name: str, *, limit: int = 2_000) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > limit or not is_whole(value):
            raise LetterRefused(self.place(name), f"Send a text of at most {limit} characters.")
        return value

    def objects(self, name: str) -> list["Reader"]:
        value = self._values.get(name) or []
        if not isinstance(value, list):
            raise LetterRefused(self.place(name), "Send a list.")
        return [Reader(each, f"{self.place(name)}.{at}") for at, each in enumerate(value)]

    def inner(self, name: str) -> "Reader":
        return Reader(self._values.get(name) or {}, self.place(name))

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts, such as custom arguments."""
        return {
            self._scalar(name, key)[:100]: self._scalar(name, value)
            for key, value in self._plain(name).items()
        }

    def values(self, name: str) -> dict[str, object]:
        """An object of single values, for the fields of a template."""
        return dict(self.texts(name))

    def words(self, name: str, *, most: int = 10) -> list[str]:
        value = self._values.get(name) or []
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or len(listed) > most:
            raise LetterRefused(self.place(name), f"Send at most {most} texts.")
        return [self._scalar(name, each)[:100] for each in listed]

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True

    def number(self, name: str) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
            raise LetterRefused(self.place(name), "Send a whole number.")
        return value

    def moment(self, name: str) -> datetime | None:
        """Seconds since 1970; zero is none."""
        seconds = self.number(name)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def _plain(self, name: str) -> Mapping[str, Any]:
        value = self._values.get(name) or {}
        if not isinstance(value, dict) or len(value) > 50:
            raise LetterRefused(self.place(name), "Send an object of at most 50 texts.")
        return value

    def _scalar(self, name: str, value: object) -> str:
        if not isinstance(value, str | int | float | bool):
            raise LetterRefused(self.place(name), "Send texts, numbers, yes or no.")
        text = str(value)
        if len(text) > LONGEST_VALUE or not is_whole(text):
            raise LetterRefused(self.place(name), f"Send at most {LONGEST_VALUE} characters.")
        return text


def file(reader: Reader, names: Sequence[str], *, inline: bool) -> File:
    """`names` are what the shape calls name, media type, content and content id."""
    name, media_type, content, content_id = names
    at = reader.place(content)
    try:
        data = decoded(reader.text(content, limit=15_000_000))
    except LetterRefused as refusal:
        raise LetterRefused(at, str(refusal)) from None
    return File(
        name=reader.text(name, limit=150),
        media_type=reader.text(media_type, limit=100).lower() or "application/octet-stream",
        content=data,
        content_id=reader.text(content_id, limit=104).removeprefix("cid:") if inline else "",
    )


def mailbox(reader: Reader) -> Mailbox:
    reader.only("email", "name")
    return Mailbox(reader.text("email", limit=320), reader.text("name", limit=200))


def _shown(name: str) -> str:
    """A name of a field is repeated only if it looks like one: it can be a person's."""
    is_name = name.isascii() and name.replace("_", "").isalnum() and len(name) <= 40
    return name if is_name else "?"
