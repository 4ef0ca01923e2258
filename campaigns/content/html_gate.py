"""The last look at the HTML, whatever made it: no script, no form, nothing from elsewhere."""

import re
from html.parser import HTMLParser

from campaigns.content.addresses import image_refusal, link_refusal
from campaigns.content.placeholders import Placeholders
from campaigns.content.problems import ContentRefused, Problem

TAGS = re.compile(
    r"html|head|title|meta|style|body|div|table|tbody|thead|tfoot|tr|td|th|p|br|b|strong|i|em|u|a|ul"
    r"|ol|li|span|img|h[1-6]|hr|sup|sub|small|center|blockquote|pre|code|font"
)
# Only Outlook reads conditional comments; MRML writes these elements there.
OUTLOOK_TAGS = re.compile(TAGS.pattern + r"|noscript|xml|[ovw]:[a-z]+")

_LOADS = frozenset({"src", "background", "poster", "lowsrc", "dynsrc"})
_REFUSED_ATTRIBUTES = re.compile(
    r"on.*|srcset|srcdoc|action|formaction|ping|data|cite|longdesc|manifest|xlink:.*|usemap"
)
_DANGEROUS_STYLE = re.compile(
    r"expression\s*\(|@import|javascript\s*:|behavior\s*:|-moz-binding|\\", re.IGNORECASE
)
_URL = re.compile(r"url\(\s*['\"]?(.*?)['\"]?\s*\)", re.IGNORECASE | re.DOTALL)
_CONDITIONAL = re.compile(r"^\[if [^\]]*\]>(.*)<!\[endif\]$", re.DOTALL | re.IGNORECASE)
_CONDITIONAL_MARK = re.compile(r"^(\[if [^\]]*\]><!|<!\[endif\])$", re.IGNORECASE)


def check_html(html: str, image_hosts: frozenset[str], words: Placeholders) -> None:
    """Raises ContentRefused if the HTML, in which words stand for merge tags, may not go out."""
    gate = Gate(image_hosts, words, TAGS)
    gate.feed(html)
    gate.close()
    if gate.refusals:
        raise ContentRefused([Problem("block", "message", one) for one in gate.refusals])


class Gate(HTMLParser):
    """Reads HTML and keeps each reason why it may not go out."""

    def __init__(
        self, image_hosts: frozenset[str], words: Placeholders, tags: re.Pattern[str]
    ) -> None:
        super().__init__(convert_charrefs=True)
        self.refusals: list[str] = []
        self._image_hosts = image_hosts
        self._words = words
        self._tags = tags
        self._in_style = False

    def link_refusal(self, address: str) -> str | None:
        return link_refusal(address)

    def image_refusal(self, address: str) -> str | None:
        return image_refusal(address, self._image_hosts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._tags.fullmatch(tag):
            self._refuse(f"The element “{tag[:40]}” cannot be sent by mail.")
        self._in_style = tag == "style"
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._check_style(data)

    def handle_comment(self, data: str) -> None:
        if _CONDITIONAL_MARK.match(data):
            return
        conditional = _CONDITIONAL.match(data)
        inner = type(self)(self._image_hosts, self._words, OUTLOOK_TAGS)
        inner.feed(conditional[1] if conditional else data)
        inner.close()
        self.refusals += inner.refusals

    def handle_pi(self, data: str) -> None:
        self._refuse(f"“<?{data[:20]}” cannot be sent by mail.")

    def unknown_decl(self, data: str) -> None:
        self._refuse(f"“<![{data[:20]}” cannot be sent by mail.")

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        value = self._words.restore(value)
        if _REFUSED_ATTRIBUTES.fullmatch(name):
            self._refuse(f"The attribute “{name[:40]}” cannot be sent by mail.")
        elif name == "http-equiv" and value.lower() not in ("x-ua-compatible", "content-type"):
            self._refuse("A message cannot redirect its reader.")
        elif name == "href":
            self._refuse(
                self.link_refusal(value) if tag == "a" else f"“{tag[:40]}” has no address."
            )
        elif name in _LOADS:
            self._refuse(self.image_refusal(value))
        elif name == "style":
            self._check_style(value)

    def _check_style(self, style: str) -> None:
        if _DANGEROUS_STYLE.search(style):
            self._refuse("The style sheet loads or runs something.")
        for address in _URL.findall(style):
            self._refuse(self.image_refusal(address))

    def _refuse(self, refusal: str | None) -> None:
        if refusal and refusal not in self.refusals:
            self.refusals.append(refusal)
