from datetime import date
from typing import Any

from django import forms

from delivery.escrow import passphrases
from delivery.models import EscrowItem


class AnswersForm(forms.Form):
    """What a visitor answers. Any text is taken: what is no date is simply not the right one."""

    code = forms.CharField(max_length=12, required=False)
    month = forms.IntegerField(required=False)
    day = forms.IntegerField(required=False)
    year = forms.IntegerField(required=False)
    postal_code = forms.CharField(max_length=10, required=False)
    # A browser with script sends the proof alone.
    passphrase = forms.CharField(max_length=2 * passphrases.LONGEST, required=False)
    passphrase_proof = forms.CharField(max_length=64, required=False)

    def answers(self, item: EscrowItem) -> dict[str, Any]:
        """The answers as the visit checks them, whatever was wrong with their form."""
        self.full_clean()
        typed = self.cleaned_data.get("passphrase", "")
        return {
            "passphrase_proof": passphrases.proof_of_typed(item, typed) or self._shown_proof(),
            "code": self.cleaned_data.get("code", ""),
            "birth_date": self._birth_date(),
            "postal_code": self.cleaned_data.get("postal_code", ""),
        }

    def _shown_proof(self) -> bytes:
        try:
            return bytes.fromhex(self.cleaned_data.get("passphrase_proof", ""))
        except ValueError:
            return b""

    def _birth_date(self) -> date | None:
        year, month, day = (self.cleaned_data.get(part) for part in ("year", "month", "day"))
        try:
            return date(year or 0, month or 0, day or 0)
        except ValueError:
            return None
