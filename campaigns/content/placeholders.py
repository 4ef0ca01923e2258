"""Keeps merge tags whole while the text around them is escaped, typeset and inlined.

Each tag becomes a word of letters and digits, the only thing that is left alone everywhere, by MRML
(which debug-escapes other characters in addresses) and by HTML parsers. Between blocks, where HTML
allows no text (inside a table), the word stands in a comment.
"""

import hashlib
import re

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


class Placeholders:
    def __init__(self, content: str) -> None:
        """`content` is all that is written: the words are made so that none can stand in it."""
        self._mark = "q" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:12] + "q"
        self._tags: list[str] = []
        self.pattern = re.compile(rf"{self._mark}(\d+)z")
        self._in_comment = re.compile(rf"<!--\s*{self._mark}(\d+)z\s*-->")

    def hold(self, tag: str) -> str:
        """The word that stands for `tag`."""
        self._tags.append(tag)
        return f"{self._mark}{len(self._tags) - 1}z"

    def between(self, tag: str) -> str:
        """A comment that stands for `tag` where no text is allowed."""
        return f"<!--{self.hold(tag)}-->"

    def protect(self, text: str) -> str:
        """The text with a word for each tag; comments of the merge language are dropped."""
        return TAG.sub(self._held, text)

    def restore(self, text: str) -> str:
        text = self._in_comment.sub(self._tag, text)
        return self.pattern.sub(self._tag, text)

    def _held(self, found: re.Match[str]) -> str:
        return "" if found[0].startswith("{#") else self.hold(found[0])

    def _tag(self, found: re.Match[str]) -> str:
        return self._tags[int(found[1])]
