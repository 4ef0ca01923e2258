"""What is wrong with what an author wrote, before anything is made of it."""

import re
from collections.abc import Generator, Iterator

from campaigns.content import markup
from campaigns.content.addresses import image_refusal, link_refusal
from campaigns.content.letterhead import Letterhead
from campaigns.content.model import BLOCKS, Block, Content, Part, each_block
from campaigns.content.placeholders import TAG, Placeholders
from campaigns.content.problems import Problem
from campaigns.content.provenance import protected
from campaigns.merge.fields import Schema
from campaigns.merge.language import Merge, MergeError, parse, parse_condition

CLEAR_PLACES = ("subject", "preheader")
_HTML_TAG = re.compile(r"<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)


def refusals(content: Content, schema: Schema, letterhead: Letterhead) -> Iterator[Problem]:
    """Why the content cannot be compiled, place by place."""
    for place in CLEAR_PLACES:
        yield from _clear_text(place, getattr(content, place), schema)
    if not content.subject.strip():
        yield Problem("block", "subject", "Write a subject.")
    if content.mjml is None:
        for block in each_block(content.blocks):
            yield from _block(block, schema, letterhead)
    else:
        yield from _mjml(content.mjml, schema)


def _clear_text(place: str, text: str, schema: Schema) -> Iterator[Problem]:
    """The subject travels in the clear, and mailboxes list the preheader beside it."""
    if "\n" in text or "\r" in text:
        yield Problem("block", place, f"The {place} is one line.")
    merge = yield from _parsed(place, text, schema)
    for key in protected(merge.fields, schema):
        yield Problem(
            "block",
            place,
            f"“{key}” is about a patient, and the {place} can be read on the way and on a locked"
            " phone. Say it in the message instead.",
        )


def _parsed(where: str, text: str, schema: Schema) -> Generator[Problem, None, Merge]:
    try:
        return parse(text, schema)
    except MergeError as error:
        yield Problem("block", where, str(error), error.line)
        return Merge((), frozenset())


def _block(block: Block, schema: Schema, letterhead: Letterhead) -> Iterator[Problem]:
    where = block["id"]
    if condition := block.get("show_if"):
        try:
            parse_condition(condition, schema)
        except MergeError as error:
            yield Problem("block", where, str(error))
    for key, part in BLOCKS[block["type"]].items():
        text = block[key]  # type: ignore[literal-required]
        if text.strip():
            yield from _part(where, part, text, schema, letterhead)
        elif part.is_required:
            yield Problem("block", where, f"The {block['type']} has no {key} yet.")


def _part(
    where: str, part: Part, text: str, schema: Schema, letterhead: Letterhead
) -> Iterator[Problem]:
    yield from _parsed(where, text, schema)
    for address in _addresses(part, text):
        if "{%" in address:
            yield Problem("block", where, "A link has no condition in it. Use two blocks.")
        elif refusal := link_refusal(address):
            yield Problem("block", where, refusal)
    if part.kind == "image" and (refusal := image_refusal(text.strip(), letterhead.image_hosts)):
        yield Problem("block", where, refusal)


def _addresses(part: Part, text: str) -> Iterator[str]:
    if part.kind == "link":
        yield text.strip()
    if part.kind == "text":
        words = Placeholders(text)
        yield from (words.restore(address) for address in markup.links(words.protect(text)))


def _mjml(source: str, schema: Schema) -> Iterator[Problem]:
    yield from _parsed("mjml", source, schema)
    if "</mj-body>" not in source:
        yield Problem("block", "mjml", "An MJML document has an <mj-body> with its end tag.")
    for tag in _HTML_TAG.finditer(TAG.sub(_as_words, source)):
        if "\0" in tag[0]:
            line = source.count("\n", 0, tag.start()) + 1
            yield Problem("block", "mjml", "Put the condition around the element.", line)


def _as_words(found: re.Match[str]) -> str:
    """A mark as long as the merge tag, so that positions stay; \\0 for one that steers."""
    return ("\0" if found[0].startswith("{%") else "x") * len(found[0])
