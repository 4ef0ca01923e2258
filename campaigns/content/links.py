"""Links as they go out: counted ones over our own origin, fields in addresses encoded."""

import re
from html import escape, unescape

from campaigns.content.addresses import host_of
from campaigns.content.placeholders import TAG, Placeholders

CLICK_PATH = "/c/"
OPEN_PATH = "/o/"
TOKEN_FIELD = "__token"  # noqa: S105 - a name; delivery makes the token of each message

# What css-inline writes: attributes in double quotes, in which a quote is &quot;.
_HREF = re.compile(r'(<a\b(?:[^>"]|"[^"]*")*?\shref=")([^"]*)(")')
_SHOWN = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)


class Links:
    """Addresses as they go out. `targets` is the table that clicks are looked up in.

    `tags` are the merge tags in addresses, `hosts` the websites that any link leads to.

    One table serves all messages of a campaign, so an address with a field in it is not counted;
    nor are patients' own pages, mail and telephone.
    """

    def __init__(self, origin: str | None, words: Placeholders) -> None:
        self.targets: list[str] = []
        self.tags: set[str] = set()
        self.hosts: set[str] = set()
        self._origin = origin
        self._words = words
        self._token = words.hold(f"{{{{ {TOKEN_FIELD} }}}}")

    def outgoing(self, address: str) -> str:
        """What stands in the message for `address`, in which words stand for merge tags."""
        address = self._words.restore(address)
        self.hosts.add(host_of(TAG.sub("x", address)))
        if TAG.search(address):
            return self._with_encoded_fields(address)
        if self._origin is None or not host_of(address):
            return address
        if address not in self.targets:
            self.targets.append(address)
        return f"{self._origin}{CLICK_PATH}{self._token}/{self.targets.index(address)}"

    def rewrite(self, html: str) -> str:
        """The HTML with every link as it goes out."""
        return _HREF.sub(
            lambda found: found[1] + escape(self.outgoing(unescape(found[2]))) + found[3], html
        )

    def pixel(self) -> str:
        """A picture of one dot, whose loading is counted as an (approximate) opening."""
        source = f"{self._origin}{OPEN_PATH}{self._token}.gif"
        return f'<img src="{source}" width="1" height="1" alt="" style="display:block;border:0">'

    def _with_encoded_fields(self, address: str) -> str:
        whole = _SHOWN.fullmatch(address)
        if whole:
            return self._words.hold(f"{{{{ ({whole[1]}) | web_address }}}}")
        self.tags.update(TAG.findall(address))
        return _SHOWN.sub(
            lambda found: self._words.hold(f"{{{{ ({found[1]}) | urlencode }}}}"), address
        )
