"""What mail that a person may do without says at its end: who sends it, and how to stop it (CAN-SPAM)."""

import re
from dataclasses import dataclass, replace

from django.utils.html import escape

from delivery.letters.words import Words

_END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True)
class Footer:
    organization: str
    postal_address: str
    preferences_url: str
    unsubscribe_url: str

    def below(self, words: Words) -> Words:
        """The same letter with these lines at the end of its text and of its HTML."""
        text = f"{words.text.rstrip()}\n\n{self._as_text()}" if words.text else ""
        return replace(words, text=text, html=self._in_html(words.html))

    def _as_text(self) -> str:
        return (
            f"--\n{self.organization}, {self.postal_address}\n"
            f"Choose what you receive: {self.preferences_url}\nStop this mail: {self.unsubscribe_url}\n"
        )

    def _in_html(self, html: str) -> str:
        if not html:
            return ""
        lines = (
            f"<hr><p>{escape(self.organization)}, {escape(self.postal_address)}<br>"
            f'<a href="{escape(self.preferences_url)}">Choose what you receive</a> '
            f'<a href="{escape(self.unsubscribe_url)}">Stop this mail</a></p>'
        )
        found = _END_OF_BODY.search(html)
        at = found.start() if found else len(html)
        return f"{html[:at]}{lines}{html[at:]}"
