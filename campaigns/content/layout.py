"""Content made into two templates, HTML and text, with everything in place but people's values."""

import json
import re
from dataclasses import dataclass
from html import escape

from campaigns.content import blocks, text_part
from campaigns.content.html_gate import check_html
from campaigns.content.letterhead import Letterhead
from campaigns.content.links import Links
from campaigns.content.model import Content
from campaigns.content.placeholders import TAG, Placeholders
from campaigns.content.typesetting import typeset

_BODY = re.compile(r"<body\b[^>]*>")
_TAG_OR_COMMENT = re.compile(rf"<!--.*?-->|{TAG.pattern}", re.DOTALL)
_HIDDEN = "display:none;font-size:1px;line-height:1px;max-height:0;opacity:0;overflow:hidden"


@dataclass(frozen=True, slots=True)
class Layout:
    """Templates in the merge language. `address_tags` are the tags inside the targets of links,
    `hosts` the websites they lead to."""

    html: str
    text: str
    links: tuple[str, ...]
    address_tags: frozenset[str]
    hosts: frozenset[str]


def lay_out(content: Content, letterhead: Letterhead) -> Layout:
    """The templates of content that `checks.refusals` has nothing against.

    Raises ContentRefused if the MJML cannot be read or the HTML may not go out.
    """
    words = Placeholders(json.dumps(content.as_json()))
    links = Links(letterhead.links_origin, words)
    html = typeset(_document(content, letterhead, words))
    check_html(html, letterhead.image_hosts, words)
    html = links.rewrite(html)
    text = _text(content, html, letterhead, links, words)
    if letterhead.links_origin and letterhead.counts_opens:
        html = html.replace("</body>", f"{links.pixel()}</body>")
    html = _with_preheader(html, words.protect(content.preheader))
    return Layout(
        # A template ends with a line end, so that its encoded form ends at column 0.
        html=words.restore(html).rstrip("\n") + "\n",
        text=words.restore(text),
        links=tuple(links.targets),
        address_tags=frozenset(links.tags),
        hosts=frozenset(links.hosts - {""}),
    )


def _document(content: Content, letterhead: Letterhead, words: Placeholders) -> str:
    if content.mjml is None:
        return blocks.to_mjml(content.blocks, letterhead, words)
    protected = _TAG_OR_COMMENT.sub(lambda found: _protected(found[0], words), content.mjml)
    before, end, after = protected.rpartition("</mj-body>")
    return before + blocks.footer(letterhead, words) + end + after


def _protected(source: str, words: Placeholders) -> str:
    """A condition stands in a comment, as between rows of a table HTML allows no text."""
    if source.startswith("{%"):
        return words.between(source)
    return words.protect(source)


def _text(
    content: Content, html: str, letterhead: Letterhead, links: Links, words: Placeholders
) -> str:
    if content.mjml is None:
        return text_part.from_blocks(content.blocks, letterhead, links, words)
    return text_part.from_html(html, words)


def _with_preheader(html: str, preheader: str) -> str:
    """Mailboxes show the first words of a message beside its subject."""
    if not preheader:
        return html
    hidden = f'<div style="{_HIDDEN}">{escape(preheader)}</div>'
    return _BODY.sub(lambda body: body[0] + hidden, html, count=1)
