"""The message as plain text: from its blocks, or from the HTML that an expert wrote."""

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser

from campaigns.content import markup
from campaigns.content.letterhead import Letterhead
from campaigns.content.links import Links
from campaigns.content.model import Block
from campaigns.content.placeholders import Placeholders

RULE = "-" * 40
_BREAKING = re.compile(r"p|div|tr|table|h[1-6]|ul|ol|blockquote|hr|li|br")
_SILENT = frozenset({"style", "title", "head"})


def from_blocks(
    blocks: Iterable[Block], letterhead: Letterhead, links: Links, words: Placeholders
) -> str:
    """The text of the message, in which words stand for merge tags."""
    body = "".join(_paragraphs(blocks, links, words))
    return f"{letterhead.organization}\n\n{body}{footer(letterhead, links, words)}\n"


def footer(letterhead: Letterhead, links: Links, words: Placeholders) -> str:
    preferences = links.outgoing(words.hold("{{ preferences_url }}"))
    unsubscribe = links.outgoing(words.hold("{{ unsubscribe_url }}"))
    return (
        f"{RULE}\n{letterhead.organization}, {letterhead.postal_address}\n"
        f"Choose what you receive: {preferences}\nStop all mail: {unsubscribe}"
    )


def _paragraphs(blocks: Iterable[Block], links: Links, words: Placeholders) -> Iterator[str]:
    """Each with its blank line, so that one that is not shown leaves no hole."""
    for block in blocks:
        text = _text_of(block, links, words)
        if text and block.get("show_if"):
            condition = words.hold(f"{{% if {block['show_if']} %}}")
            yield f"{condition}{text}\n\n{words.hold('{% endif %}')}"
        elif text:
            yield f"{text}\n\n"


def _text_of(block: Block, links: Links, words: Placeholders) -> str:
    if block["type"] == "columns":
        inner = (_paragraphs(column, links, words) for column in block["columns"])
        return "".join(paragraph for column in inner for paragraph in column).removesuffix("\n\n")
    return WRITERS[block["type"]](block, links, words)


def _heading(block: Block, _links: Links, words: Placeholders) -> str:
    return " ".join(words.protect(block["text"]).split())


def _text(block: Block, links: Links, words: Placeholders) -> str:
    return markup.to_text(words.protect(block["text"]), links.outgoing)


def _image(block: Block, links: Links, words: Placeholders) -> str:
    alt = words.protect(block["alt"])
    if not block["link"]:
        return f"[{alt}]" if alt else ""
    return f"{alt or 'Picture'}: {links.outgoing(words.protect(block['link'].strip()))}"


def _button(block: Block, links: Links, words: Placeholders) -> str:
    address = links.outgoing(words.protect(block["link"].strip()))
    return f"{words.protect(block['label'])}: {address}"


def _portal_button(block: Block, links: Links, words: Placeholders) -> str:
    return f"{words.protect(block['label'])}: {links.outgoing(words.hold('{{ portal_url }}'))}"


def _appointment(block: Block, links: Links, words: Placeholders) -> str:
    lines = [
        words.protect(text) for text in (block["title"], block["when"], block["where"]) if text
    ]
    if block["note"]:
        lines.append(markup.to_text(words.protect(block["note"]), links.outgoing))
    return "\n".join(lines)


WRITERS: dict[str, Callable[[Block, Links, Placeholders], str]] = {
    "heading": _heading,
    "text": _text,
    "image": _image,
    "button": _button,
    "portal_button": _portal_button,
    "appointment": _appointment,
    "divider": lambda _block, _links, _words: RULE,
    "spacer": lambda _block, _links, _words: "",
}


def from_html(html: str, words: Placeholders) -> str:
    """The text of HTML whose links are as they go out; words still stand for merge tags."""
    reader = _Reader(words)
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", "".join(reader.pieces)))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self, words: Placeholders) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._words = words
        self._silent = 0
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._silent += tag in _SILENT
        if _BREAKING.fullmatch(tag):
            self.pieces.append("\n- " if tag == "li" else "\n")
        if tag == "a":
            self._address = values.get("href") or ""
        if tag == "img" and values.get("alt"):
            self.pieces.append(f"[{values['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "a" and self._address:
            self.pieces.append(f" ({self._address})")
            self._address = ""
        if _BREAKING.fullmatch(tag):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(" ".join(data.split("\n")))

    def handle_comment(self, data: str) -> None:
        if self._words.pattern.fullmatch(data.strip()):
            self.pieces.append(data.strip())
