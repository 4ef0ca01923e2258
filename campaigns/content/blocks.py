"""Blocks as MJML. Every text is escaped here; addresses were checked before (`checks`)."""

from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby

from campaigns.content import markup
from campaigns.content.letterhead import Letterhead
from campaigns.content.model import Block
from campaigns.content.placeholders import Placeholders

INK, MUTED, ACCENT = "#182022", "#5c6566", "#0d5558"
DESK, PAPER, CARD, LINE = "#f3f1ec", "#ffffff", "#faf8f4", "#e3dfd6"
FONTS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"

TEXT_SIZES = {"small": ("14px", "21px"), "normal": ("16px", "25px"), "large": ("19px", "29px")}
HEADING_SIZES = {"small": ("18px", "25px"), "normal": ("24px", "31px"), "large": ("30px", "37px")}
SPACES = {"small": "12px", "normal": "24px", "large": "48px"}
WIDTHS = {"small": "160px", "normal": "320px", "large": "536px"}

STYLE = f"""<mj-style>
p {{ margin: 0 0 12px; }} ul, ol {{ margin: 0 0 12px; padding-left: 24px; }}
a {{ color: {ACCENT}; }} .muted a {{ color: {MUTED}; }}
</mj-style>"""


def to_mjml(blocks: Iterable[Block], letterhead: Letterhead, words: Placeholders) -> str:
    """The whole message: name of the organization, blocks, locked footer."""
    return _document(blocks, letterhead, words, ending=footer(letterhead, words))


def as_mjml(blocks: Iterable[Block], letterhead: Letterhead) -> str:
    """The blocks as an expert goes on writing them: with merge tags, without the footer."""
    blocks = list(blocks)
    words = Placeholders(repr(blocks))
    return words.restore(_document(blocks, letterhead, words, ending="")).replace(
        "><mj-", ">\n<mj-"
    )


def _document(
    blocks: Iterable[Block], letterhead: Letterhead, words: Placeholders, *, ending: str
) -> str:
    body = "".join(
        "".join(_columns(block, words) for block in group)
        if is_columns
        else _section("".join(_conditional(block, words) for block in group))
        for is_columns, group in groupby(blocks, lambda block: block["type"] == "columns")
    )
    organization = escape(letterhead.organization)
    name = f'<mj-text font-weight="600" padding="28px 32px 16px">{organization}</mj-text>'
    return (
        f'<mjml lang="en"><mj-head><mj-title>{organization}</mj-title>'
        f'<mj-attributes><mj-all font-family="{FONTS}" /></mj-attributes>{STYLE}</mj-head>'
        f'<mj-body background-color="{DESK}">{_section(name)}{body}{ending}</mj-body></mjml>'
    )


def footer(letterhead: Letterhead, words: Placeholders) -> str:
    """Who wrote, from where, and how to stop it (CAN-SPAM, 16 CFR 316). No author can remove it."""
    preferences = words.hold("{{ preferences_url }}")
    unsubscribe = words.hold("{{ unsubscribe_url }}")
    return (
        f'<mj-section background-color="{DESK}" padding="8px 0 24px"><mj-column>'
        f'<mj-text css-class="muted" font-family="{FONTS}" font-size="13px" line-height="20px"'
        f' color="{MUTED}" padding="16px 32px">'
        f"{escape(letterhead.organization)}, {escape(letterhead.postal_address)}<br />"
        f'<a href="{preferences}">Choose what you receive</a> or '
        f'<a href="{unsubscribe}">stop mail like this</a>.</mj-text></mj-column></mj-section>'
    )


def _section(inner: str) -> str:
    column = f"<mj-column>{inner}</mj-column>"
    return f'<mj-section background-color="{PAPER}" padding="0">{column}</mj-section>'


def _columns(block: Block, words: Placeholders) -> str:
    columns = "".join(
        f"<mj-column>{''.join(_conditional(inner, words) for inner in column)}</mj-column>"
        for column in block["columns"]
    )
    section = f'<mj-section background-color="{PAPER}" padding="0 16px">{columns}</mj-section>'
    return _around(section, block, words)


def _conditional(block: Block, words: Placeholders) -> str:
    return _around(WRITERS[block["type"]](block, words), block, words)


def _around(mjml: str, block: Block, words: Placeholders) -> str:
    condition = block.get("show_if")
    if not condition:
        return mjml
    before, after = words.between(f"{{% if {condition} %}}"), words.between("{% endif %}")
    return f"{before}{mjml}{after}"


def _heading(block: Block, words: Placeholders) -> str:
    size, line = HEADING_SIZES[block["size"]]
    level = "h2" if block["size"] == "small" else "h1"
    text = markup.to_line(words.protect(block["text"]))
    style = f"margin:0;font-size:{size};line-height:{line};font-weight:600"
    return (
        f'<mj-text color="{INK}" padding="0 32px 12px">'
        f'<{level} style="{style}">{text}</{level}></mj-text>'
    )


def _text(block: Block, words: Placeholders) -> str:
    size, line = TEXT_SIZES[block["size"]]
    return (
        f'<mj-text color="{INK}" font-size="{size}" line-height="{line}" padding="0 32px 4px">'
        f"{markup.to_html(words.protect(block['text']))}</mj-text>"
    )


def _image(block: Block, words: Placeholders) -> str:
    link = f' href="{_address(block["link"], words)}"' if block["link"] else ""
    return (
        f'<mj-image src="{_address(block["source"], words)}" alt="{_quoted(block["alt"], words)}"'
        f' align="left" width="{WIDTHS[block["size"]]}" padding="0 32px 16px"{link} />'
    )


def _button(block: Block, words: Placeholders) -> str:
    return _link_button(block["label"], _address(block["link"], words), words)


def _portal_button(block: Block, words: Placeholders) -> str:
    return _link_button(block["label"], words.hold("{{ portal_url }}"), words)


def _link_button(label: str, address: str, words: Placeholders) -> str:
    return (
        f'<mj-button href="{address}" align="left" background-color="{ACCENT}" color="#ffffff"'
        ' border-radius="7px" font-size="16px" font-weight="600" inner-padding="13px 22px"'
        f' padding="8px 32px 20px">{markup.to_line(words.protect(label))}</mj-button>'
    )


def _divider(_block: Block, _words: Placeholders) -> str:
    return f'<mj-divider border-width="1px" border-color="{LINE}" padding="8px 32px 20px" />'


def _spacer(block: Block, _words: Placeholders) -> str:
    return f'<mj-spacer height="{SPACES[block["size"]]}" />'


def _appointment(block: Block, words: Placeholders) -> str:
    title, when, where = (
        markup.to_line(words.protect(block[key])) for key in ("title", "when", "where")
    )
    lines = [f'<p style="margin:0 0 4px;color:{MUTED}">{title}</p>' if title else ""]
    lines.append(f'<p style="margin:0 0 4px;font-size:19px;font-weight:600">{when}</p>')
    lines.append(f'<p style="margin:0">{where}</p>' if where else "")
    if block["note"]:
        note = markup.to_html(words.protect(block["note"]))
        lines.append(f'<div style="padding-top:12px">{note}</div>')
    style = f"background:{CARD};border:1px solid {LINE};border-radius:10px;padding:16px 20px"
    return (
        f'<mj-text color="{INK}" font-size="16px" line-height="25px" padding="4px 32px 20px">'
        f'<div style="{style}">{"".join(lines)}</div></mj-text>'
    )


def _address(address: str, words: Placeholders) -> str:
    return _quoted(address.strip(), words)


def _quoted(text: str, words: Placeholders) -> str:
    return escape(words.protect(text))


WRITERS: dict[str, Callable[[Block, Placeholders], str]] = {
    "heading": _heading,
    "text": _text,
    "image": _image,
    "button": _button,
    "divider": _divider,
    "spacer": _spacer,
    "appointment": _appointment,
    "portal_button": _portal_button,
}
