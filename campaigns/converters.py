"""Words that may stand in an address of ours; any other is a page that does not exist."""

from campaigns.forms import ROWS
from campaigns.recipes import ORDER


class _Words:
    def to_python(self, word: str) -> str:
        return word

    def to_url(self, word: str) -> str:
        return word


class RecipeConverter(_Words):
    regex = "|".join(ORDER)


class RowConverter(_Words):
    regex = "|".join(ROWS)
