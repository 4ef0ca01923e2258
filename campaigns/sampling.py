"""How a message reads for one person, masked or shown; and how it differs from the one before."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from accounts.display import mask
from campaigns.binding import changes
from campaigns.compilation import Compiled
from campaigns.content.model import Content, each_block, read_content
from campaigns.content.quoted import encode_html_value, encode_text_value
from campaigns.merge.fields import Schema
from campaigns.merge.filters import shown
from campaigns.merge.tree import (
    Choose,
    Expression,
    Filtered,
    ItemValue,
    Piece,
    Program,
    Repeat,
    Show,
    Step,
    mentioned,
)
from campaigns.models import Approval


def masked(compiled: Compiled, schema: Schema) -> Compiled:
    """The same message with dots for everything that is about a patient.

    Conditions still see the values, so each person's message has the parts that it will have.
    """
    keys = frozenset(key for key, field in schema.items() if field.is_protected)
    return replace(
        compiled,
        html=_masked(compiled.html, keys, _masked_html),
        text=_masked(compiled.text, keys, _masked_text),
    )


def _masked(program: Program, keys: frozenset[str], encode: Callable[[object], Piece]) -> Program:
    def again(steps: Program) -> Program:
        return _masked(steps, keys, encode)

    def step(one: Step) -> Step:
        match one:
            case Show(expression, _) if _tells(expression, keys):
                return Show(expression, encode)
            case Choose(branches, otherwise):
                kept = tuple((condition, again(then)) for condition, then in branches)
                return Choose(kept, again(otherwise))
            case Repeat(variable, field, body):
                return Repeat(variable, field, again(body))
        return one

    return tuple(step(one) for one in program)


def _tells(expression: Expression, keys: frozenset[str]) -> bool:
    if isinstance(expression, Filtered):
        return _tells(expression.expression, keys)
    return isinstance(expression, ItemValue) or not keys.isdisjoint(mentioned(expression))


def _masked_html(value: object) -> bytes:
    return encode_html_value(_dots(value))


def _masked_text(value: object) -> bytes:
    return encode_text_value(_dots(value))


def _dots(value: object) -> str:
    text = shown(value)
    return mask(text) if text.strip() else text


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reader of the last approved version has not seen: parts in words, then lines."""

    parts: list[str]
    lines: list[tuple[str, str]]


def difference(before: Approval | None, asked: Approval) -> Difference | None:
    """None if nothing was approved before. Lines are marked added, removed or kept."""
    if before is None:
        return None
    marks = {"+ ": "added", "- ": "removed", "  ": "kept"}
    compared = difflib.ndiff(_lines(before.document), _lines(asked.document))
    lines = [(marks[line[:2]], line[2:]) for line in compared if line[:2] in marks]
    return Difference(changes(before.document, asked.document), lines)


def _lines(document: Mapping[str, object]) -> list[str]:
    content = document.get("content")
    return list(_said(read_content(content))) if isinstance(content, Mapping) else []


def _said(content: Content) -> Iterator[str]:
    """Everything that an author wrote, line by line."""
    yield f"Subject: {content.subject}"
    yield f"Preheader: {content.preheader}"
    yield from (content.mjml or "").splitlines()
    for block in each_block(content.blocks):
        if block.get("show_if"):
            yield f"Shown if {block['show_if']}:"
        for key in ("title", "text", "label", "link", "source", "alt", "when", "where", "note"):
            yield from str(block.get(key, "")).splitlines()
