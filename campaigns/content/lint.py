"""Advice on content that could be sent as it is."""

import re
from collections.abc import Iterator

from campaigns.compilation import Compiled
from campaigns.content.exposure import RESERVED
from campaigns.content.model import Content, each_block
from campaigns.content.problems import Problem
from campaigns.merge.fields import Schema
from campaigns.merge.tree import has_fallback, mentioned, shown_values

CLIPPED_AT = 102 * 1024  # Gmail hides the rest of a longer message behind a link
SUBJECT_SHOWN = 60  # characters that most mailboxes show of a subject
_IMAGE = re.compile(r"<mj-image\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*[\"'][^\"']*\S", re.IGNORECASE)


def advice(
    content: Content, compiled: Compiled, schema: Schema, own_hosts: frozenset[str]
) -> Iterator[Problem]:
    """What an author may want to change, the most visible first."""
    if len(content.subject) > SUBJECT_SHOWN:
        yield _warning("subject", f"Most mailboxes show {SUBJECT_SHOWN} characters of a subject.")
    if not content.preheader.strip():
        yield _warning("preheader", "Without one, mailboxes show the first words they find.")
    yield from _pictures(content)
    for key in sorted(_gaps(compiled) - RESERVED):
        label = schema[key].label.lower()
        yield _warning("message", f"Who has no {label} reads a gap. Give “{key}” a fallback.")
    for host in sorted(compiled.hosts - own_hosts):
        yield _warning("message", f"A link leads to {host}, which is not one of your websites.")
    size = len(compiled.render({}, token="0" * 40).html.encode())
    if size > CLIPPED_AT:
        yield _warning("message", f"The message has {size // 1024} KB. Gmail clips it at 102 KB.")


def _gaps(compiled: Compiled) -> set[str]:
    """Fields that are shown although nobody asked whether there is a value."""
    return {
        key
        for expression, asked in shown_values((*compiled.subject, *compiled.html))
        if not has_fallback(expression)
        for key in set(mentioned(expression)) - asked
    }


def _pictures(content: Content) -> Iterator[Problem]:
    sentence = "A picture has no description for people who cannot see it."
    for block in each_block(content.blocks):
        if block["type"] == "image" and not block["alt"].strip():
            yield _warning(block["id"], sentence)
    for image in _IMAGE.findall(content.mjml or ""):
        if not _ALT.search(image):
            yield _warning("mjml", sentence)


def _warning(where: str, message: str) -> Problem:
    return Problem("warn", where, message)
