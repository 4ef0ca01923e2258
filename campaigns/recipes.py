"""Ready-made campaigns for the messages that clinics send most; every word can be changed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from campaigns.merge.fields import Schema
from campaigns.merge.language import MergeError, parse, parse_condition
from compliance.purposes import Remuneration

BOOK = Path(__file__).parent / "recipe_book"
ORDER = (
    "appointment", "billing", "refill", "screening", "onboarding", "education", "reengagement",
    "survey", "product",
)  # fmt: skip
_WEBSITE = "{website}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A purpose, a subject that says nothing about care, and blocks.

    `words` are what the name of a fitting segment has in it.
    """

    key: str
    name: str
    icon: str
    summary: str
    purpose: str
    subject: str
    preheader: str
    words: tuple[str, ...]
    blocks: tuple[dict[str, str], ...]
    remuneration: str = Remuneration.UNSTATED

    def document(self, schema: Schema, websites: Iterable[str]) -> dict[str, object]:
        """Content without the blocks that this tenant has no field or website for."""
        website = next(iter(websites), "")
        fitting = (
            _placed(block, website) for block in self.blocks if _fits(block, schema, website)
        )
        blocks = [{"id": f"r{number}", **block} for number, block in enumerate(fitting)]
        return {"subject": self.subject, "preheader": self.preheader, "blocks": blocks}


@cache
def recipes() -> dict[str, Recipe]:
    return {key: _read(key) for key in ORDER}


def _read(key: str) -> Recipe:
    page = json.loads((BOOK / f"{key}.json").read_text())
    return Recipe(
        key=key, **page | {"words": tuple(page["words"]), "blocks": tuple(page["blocks"])}
    )


def _fits(block: dict[str, str], schema: Schema, website: str) -> bool:
    texts = [text for key, text in block.items() if key != "show_if"]
    if not website and any(_WEBSITE in text for text in texts):
        return False
    try:
        for text in texts:
            parse(text.replace(_WEBSITE, website), schema)
        if condition := block.get("show_if"):
            parse_condition(condition, schema)
    except MergeError:
        return False
    return True


def _placed(block: dict[str, str], website: str) -> dict[str, str]:
    return {key: text.replace(_WEBSITE, website) for key, text in block.items()}
