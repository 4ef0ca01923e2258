"""HTML that a system wrote: what of it may go out, and what of it the portal shows."""

import re

import nh3
from django.template.defaultfilters import linebreaksbr

from campaigns.content.html_gate import TAGS, Gate
from campaigns.content.placeholders import Placeholders
from campaigns.content.text_part import from_html

_TAGS = re.compile(
    TAGS.pattern + r"|section|header|footer|main|article|nav|address|figure|figcaption|caption"
    r"|colgroup|col|dl|dt|dd|s|del|ins|mark|q|abbr|big|wbr"
)
_INLINE_PICTURE = re.compile(r"cid:[A-Za-z0-9._@-]{1,100}")

# The portal's frame loads nothing and runs nothing; this is what its page is made of all the same.
_SHOWN = {
    "a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center", "code",
    "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "li", "main",
    "mark", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "wbr",
}  # fmt: skip
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-radius", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "color", "direction", "display", "font", "font-family", "font-size",
    "font-style", "font-weight", "height", "letter-spacing", "line-height", "list-style",
    "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-indent", "text-transform",
    "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_LOOKS = {
    "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir",
    "face", "height", "lang", "role", "rowspan", "size", "style", "valign", "width",
}  # fmt: skip


_QUOTED = re.compile(r"“([^”]*)”")
# What people write into HTML of their own; anything else may be a name or an address, and stays unsaid.
_WORTH_NAMING = re.compile(
    r"script|iframe|frame|object|embed|applet|form|input|button|select|textarea|link|base|svg|math"
    r"|video|audio|source|picture|canvas|template|slot|dialog|details|on[a-z]{2,20}|srcset|action"
)


class _LetterGate(Gate):
    """Pictures of its own may go along, and links may lead to places in the letter.

    What it says goes to another system, so it repeats nothing that could tell of a person.
    """

    def link_refusal(self, address: str) -> str | None:
        if address.startswith("#") or super().link_refusal(address) is None:
            return None
        return "A link begins with https:// and names a website, or is mailto: or tel: alone."

    def image_refusal(self, address: str) -> str | None:
        if _INLINE_PICTURE.fullmatch(address) or super().image_refusal(address) is None:
            return None
        return "Pictures come from your own websites over https, or go along with a content id."

    def _refuse(self, refusal: str | None) -> None:
        super()._refuse(refusal and _QUOTED.sub(_named, refusal))


def _named(quoted: re.Match[str]) -> str:
    return quoted[0] if _WORTH_NAMING.fullmatch(quoted[1]) else "of this name"


def refusals(html: str, image_hosts: frozenset[str]) -> list[str]:
    """Why the HTML may not go out: what runs, what loads from elsewhere, what hides."""
    gate = _LetterGate(image_hosts, Placeholders(html), _TAGS)
    gate.feed(html)
    gate.close()
    return gate.refusals


def plain_text(html: str) -> str:
    """The words of the HTML, for readers and mailboxes that show none."""
    return from_html(html, Placeholders(html))


def from_text(text: str) -> str:
    """Plain text as paragraphs, for a page that shows HTML."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{linebreaksbr(paragraph)}</p>" for paragraph in paragraphs)


def for_portal(html: str) -> str:
    """The HTML with nothing in it that the portal does not know."""
    return nh3.clean(
        html,
        tags=_SHOWN,
        attributes={"*": _LOOKS, "a": {"href"}},
        url_schemes={"https", "mailto", "tel"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer",
    )
