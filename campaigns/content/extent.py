"""About how much of a screen a message takes.

Its frame runs no script and is of another origin, so nobody can measure it there; what its blocks
hold tells well enough which of four heights leaves neither a scroll bar nor an empty half.
"""

import math

from campaigns.content.model import Block, Content

# Pixels of what every message has: letterhead, margins, the locked footer.
_AROUND = 150
_LINE = 26
_CHARACTERS = 68
_FIXED = {"image": 320, "button": 76, "portal_button": 76, "divider": 30, "spacer": 24}
_BETWEEN = {"heading": 24, "text": 20, "appointment": 70}
_HEIGHTS = (("brief", 300), ("short", 420), ("medium", 580))
# A phone shows about half as many characters in a line.
_NARROWER = 2


def extent(content: Content, *, is_phone: bool) -> str:
    """`brief`, `short`, `medium` or `long`; raw MJML can be anything and is long."""
    if content.mjml is not None:
        return "long"
    characters = _CHARACTERS // _NARROWER if is_phone else _CHARACTERS
    height = _AROUND + sum(_height(block, characters) for block in content.blocks)
    return next((name for name, most in _HEIGHTS if height <= most), "long")


def _height(block: Block, characters: int) -> int:
    if block["type"] == "columns":
        narrow = max(characters // max(len(block["columns"]), 1), 1)
        return max(
            (sum(_height(each, narrow) for each in one) for one in block["columns"]), default=0
        )
    if block["type"] in _FIXED:
        return _FIXED[block["type"]]
    said = "\n".join(block.get(key, "") for key in ("text", "title", "when", "where", "note"))  # type: ignore[misc]
    lines = sum(math.ceil(len(line) / characters) or 1 for line in said.strip().splitlines())
    return _BETWEEN[block["type"]] + lines * _LINE
