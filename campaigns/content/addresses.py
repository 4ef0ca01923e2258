"""Where a message may lead and what it may load."""

import re
from urllib.parse import urlsplit

from campaigns.content.placeholders import TAG

_SCHEMES = ("https", "mailto", "tel")
_MAILTO = re.compile(r"mailto:[^\s?@]+@[^\s?@]+")
_TEL = re.compile(r"tel:\+?[0-9().-]+")
_HIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")


def link_refusal(address: str) -> str | None:
    """Why no link may lead to `address`, or None. Merge tags are allowed after the host."""
    if TAG.fullmatch(address):
        return None
    if _HIDDEN.search(TAG.sub("", address)):
        return "A web address has no blanks or quotes in it."
    scheme = address.partition(":")[0].lower()
    if scheme not in _SCHEMES:
        return f"“{address[:60]}” cannot be opened safely. A link begins with https://"
    if scheme != "https":
        is_whole = _MAILTO.fullmatch(address) or _TEL.fullmatch(address)
        return None if is_whole else "Write mailto:name@clinic.example or tel:+15550100 alone."
    return _host_refusal(address)


def _host_refusal(address: str) -> str | None:
    marked = TAG.sub("{", address)
    try:
        parts = urlsplit(marked)
        host = parts.hostname or ""
    except ValueError:
        return "The web address cannot be read."
    if "{" in parts.netloc:
        return "The name of the website cannot come from a field."
    if parts.username is not None or "." not in host:
        return "A web address names a website, such as https://www.clinic.example/"
    if not marked.isascii():
        return "Copy the web address from the browser: it has letters that mail cannot carry."
    return None


def host_of(address: str) -> str:
    """The website of a link that was not refused; empty for mail and telephone."""
    return (urlsplit(address).hostname or "") if address.lower().startswith("https:") else ""


def image_refusal(address: str, hosts: frozenset[str]) -> str | None:
    """Why no picture may come from `address`, or None if it may."""
    if TAG.search(address) or not address.lower().startswith("https://"):
        return "A picture has an address that begins with https://, without fields."
    if refusal := link_refusal(address):
        return refusal
    if host_of(address) not in hosts:
        return (
            f"A picture from {host_of(address)} would tell that website who reads the message. "
            "Use one of your own websites."
        )
    return None
