"""MJML to HTML with inlined styles: nothing is fetched, nothing third-party is added."""

import re

import css_inline
import mjml

from campaigns.content.problems import refused

UNSUPPORTED = re.compile(
    r"<\s*(mj-include|mj-hero|mj-html-attributes|mj-accordion|mj-social|mj-carousel|mj-navbar)\b",
    re.IGNORECASE,
)

# By default MRML links fonts.googleapis.com and css-inline fetches style sheets; both tell a third
# party that somebody reads this message.
_inliner = css_inline.CSSInliner(
    load_remote_stylesheets=False,
    keep_at_rules=True,
    keep_link_tags=True,  # for the last look, which refuses them
)

_POSITION = re.compile(r"^(.*?)(?: in root template)?(?: at position (\d+):\d+)?$", re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n\f]+")  # not U+00A0 or U+200A, which are meant to be seen
_KEEPS_BLANKS = re.compile(r"<pre\b|white-space\s*:\s*(?:pre|break)", re.IGNORECASE)


def typeset(source: str) -> str:
    """The HTML of an MJML document. Raises ContentRefused with the line where it cannot be read."""
    if unsupported := UNSUPPORTED.search(source):
        line = source.count("\n", 0, unsupported.start()) + 1
        raise refused("mjml", f"“{unsupported[1]}” is not supported. Use other elements.", line)
    try:
        html = mjml.mjml2html(source, fonts={}, disable_comments=False)
    except ValueError as error:
        raise _unreadable(source, str(error)) from None
    return _tidied(_inliner.inline(html))


def _unreadable(source: str, message: str) -> Exception:
    found = _POSITION.match(message)
    reason, position = found.groups() if found else (message, None)
    line = source.count("\n", 0, int(position)) + 1 if position else 1
    hint = "Close every tag, and write &lt; for a lone “<”."
    return refused("mjml", f"The MJML cannot be read: {reason}. {hint}", line)


def _tidied(html: str) -> str:
    """Runs of blanks as one, where HTML shows them as one anyway: a fifth of the size."""
    if _KEEPS_BLANKS.search(html):
        return html
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", html)
