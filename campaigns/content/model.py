"""The content of a message as it is stored: a subject, a preheader, and blocks or raw MJML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from campaigns.content.problems import refused

MOST_BLOCKS = 200
LONGEST_TEXT = 20_000
LONGEST_LINE = 500
LONGEST_SUBJECT = 200
LONGEST_MJML = 256 * 1024


class Block(TypedDict, total=False):
    """One block; which keys it has depends on its type (see BLOCKS)."""

    id: str
    type: str
    show_if: str
    text: str
    label: str
    link: str
    source: str
    alt: str
    size: str
    title: str
    when: str
    where: str
    note: str
    columns: list[list["Block"]]


class Part(NamedTuple):
    """One thing a block says. `kind` is line, text (with bold, links, lists), link or image."""

    kind: str
    is_required: bool = False


BLOCKS: dict[str, dict[str, Part]] = {
    "heading": {"text": Part("line", True)},
    "text": {"text": Part("text", True)},
    "image": {"source": Part("image", True), "alt": Part("line"), "link": Part("link")},
    "button": {"label": Part("line", True), "link": Part("link", True)},
    "columns": {},
    "divider": {},
    "spacer": {},
    "appointment": {
        "title": Part("line"),
        "when": Part("line", True),
        "where": Part("line"),
        "note": Part("text"),
    },
    "portal_button": {"label": Part("line", True)},
}
SIZES = ("small", "normal", "large")
SIZED = frozenset({"heading", "text", "image", "spacer"})
LIMITS = {"line": LONGEST_LINE, "link": 2000, "image": 2000, "text": LONGEST_TEXT}


@dataclass(frozen=True, slots=True)
class Content:
    """Exactly one of `blocks` and `mjml` says what the message looks like."""

    subject: str
    preheader: str
    blocks: tuple[Block, ...] = ()
    mjml: str | None = None

    def as_json(self) -> dict[str, object]:
        body = {"blocks": list(self.blocks)} if self.mjml is None else {"mjml": self.mjml}
        return {"subject": self.subject, "preheader": self.preheader, **body}


def read_content(document: Mapping[str, object]) -> Content:
    """The content of a JSON document, with nothing in it that no block has a use for.

    Raises ContentRefused where the shape is wrong.
    """
    subject = _text(document, "subject", "subject", LONGEST_SUBJECT)
    preheader = _text(document, "preheader", "preheader", LONGEST_SUBJECT)
    if document.get("mjml") is not None:
        return Content(subject, preheader, mjml=_text(document, "mjml", "mjml", LONGEST_MJML))
    blocks = _blocks(document.get("blocks", []), depth=0)
    if sum(1 for _ in each_block(blocks)) > MOST_BLOCKS:
        raise refused("message", f"A message has at most {MOST_BLOCKS} blocks.")
    return Content(subject, preheader, blocks)


def each_block(blocks: tuple[Block, ...] | list[Block]) -> Iterator[Block]:
    """All blocks in reading order, those inside columns too."""
    for block in blocks:
        yield block
        for column in block.get("columns", []):
            yield from each_block(column)


def _blocks(listed: object, *, depth: int) -> tuple[Block, ...]:
    if not isinstance(listed, list):
        raise refused("message", "The blocks are a list.")
    return tuple(_block(entry, depth=depth) for entry in listed)


def _block(entry: object, *, depth: int) -> Block:
    if not isinstance(entry, dict) or entry.get("type") not in BLOCKS:
        raise refused("message", "There is a block of an unknown type.")
    where, kind = str(entry.get("id", ""))[:40], entry["type"]
    block = Block(id=where, type=kind)
    if condition := _text(entry, "show_if", where, LONGEST_LINE):
        block["show_if"] = condition
    for key, part in BLOCKS[kind].items():
        block[key] = _text(entry, key, where, LIMITS[part.kind])  # type: ignore[literal-required]
    if kind in SIZED:
        block["size"] = _size(entry.get("size", "normal"), where)
    if kind == "columns":
        block["columns"] = _columns(entry.get("columns"), where, depth)
    return block


def _columns(listed: object, where: str, depth: int) -> list[list[Block]]:
    if depth or not isinstance(listed, list) or not 1 <= len(listed) <= 3:
        raise refused(where, "A message has one to three columns beside each other, none inside.")
    return [list(_blocks(column, depth=depth + 1)) for column in listed]


def _size(size: object, where: str) -> str:
    if size not in SIZES:
        raise refused(where, f"A size is one of: {', '.join(SIZES)}.")
    return str(size)


def _text(entry: Mapping[str, object], key: str, where: str, limit: int) -> str:
    text = entry.get(key, "")
    if not isinstance(text, str):
        raise refused(where, f"“{key}” is text.")
    if len(text) > limit:
        raise refused(where, f"“{key}” is too long: the limit is {limit} characters.")
    return text
