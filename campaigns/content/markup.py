"""The text of a block: paragraphs, lists, **bold**, *italic* and [links](https://…).

What an author types is text: HTML in it is shown, not obeyed. nh3 is the second wall.
"""

import re
from collections.abc import Callable, Iterator
from html import escape

import nh3

_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITALIC = re.compile(r"(?<![*\w])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![*\w])")
_BULLET = re.compile(r"^[-•]\s+")
_NUMBER = re.compile(r"^\d{1,2}[.)]\s+")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")

_CLEANER = nh3.Cleaner(
    tags={"p", "br", "b", "i", "a", "ul", "ol", "li"},
    attributes={"a": {"href"}},
    url_schemes={"https", "mailto", "tel"},
    link_rel=None,
)


def to_html(text: str) -> str:
    """The text as HTML paragraphs and lists."""
    return _CLEANER.clean("".join(_html_of(lines) for lines in _groups(text)))


def to_line(text: str) -> str:
    """One line as HTML: escaped, without any markup."""
    return escape(" ".join(text.split()))


def to_text(text: str, address: Callable[[str], str]) -> str:
    """The text as it reads in plain text: marks dropped, addresses behind their words."""
    paragraphs = ("\n".join(_plain(line, address) for line in lines) for lines in _groups(text))
    return "\n\n".join(paragraphs)


def links(text: str) -> Iterator[str]:
    """The addresses that the text leads to."""
    return (found[1] for found in _LINK.findall(text))


def _groups(text: str) -> Iterator[list[str]]:
    """The lines of each paragraph; a list is a paragraph of its own."""
    for paragraph in _PARAGRAPHS.split(text.replace("\r\n", "\n").strip()):
        group: list[str] = []
        for line in paragraph.split("\n"):
            if group and _kind(line) != _kind(group[-1]):
                yield group
                group = []
            group.append(line.strip())
        yield group


def _kind(line: str) -> re.Pattern[str] | None:
    return next((mark for mark in (_BULLET, _NUMBER) if mark.match(line.strip())), None)


def _html_of(lines: list[str]) -> str:
    mark = _kind(lines[0])
    if mark is None:
        return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"
    tag = "ul" if mark is _BULLET else "ol"
    items = "".join(f"<li>{_inline(mark.sub('', line))}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>"


def _inline(line: str) -> str:
    return _marked(
        escape(line),
        link=lambda words, address: f'<a href="{address}">{words}</a>',
        bold=lambda words: f"<b>{words}</b>",
        italic=lambda words: f"<i>{words}</i>",
    )


def _plain(line: str, address: Callable[[str], str]) -> str:
    return _marked(
        line,
        link=lambda words, target: f"{words} ({address(target)})",
        bold=lambda words: words,
        italic=lambda words: words,
    )


def _marked(
    line: str,
    *,
    link: Callable[[str, str], str],
    bold: Callable[[str], str],
    italic: Callable[[str], str],
) -> str:
    """Links first, and kept aside: a * or _ in an address is no mark."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(link(found[1], found[2]))
        return f"\0{len(kept) - 1}\0"

    line = _LINK.sub(keep, line.replace("\0", ""))
    line = _BOLD.sub(lambda found: bold(found[1]), line)
    line = _ITALIC.sub(lambda found: italic(found[1]), line)
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], line)
