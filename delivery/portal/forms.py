from datetime import date
from typing import Any

from django import forms


class AnswersForm(forms.Form):
    """What a visitor answers. Any text is taken: what is no date is simply not the right one."""

    code = forms.CharField(max_length=12, required=False)
    month = forms.IntegerField(required=False)
    day = forms.IntegerField(required=False)
    year = forms.IntegerField(required=False)
    postal_code = forms.CharField(max_length=10, required=False)

    def answers(self) -> dict[str, Any]:
        """The answers as the visit checks them, whatever was wrong with their form."""
        self.full_clean()
        return {
            "code": self.cleaned_data.get("code", ""),
            "birth_date": self._birth_date(),
            "postal_code": self.cleaned_data.get("postal_code", ""),
        }

    def _birth_date(self) -> date | None:
        year, month, day = (self.cleaned_data.get(part) for part in ("year", "month", "day"))
        try:
            return date(year or 0, month or 0, day or 0)
        except ValueError:
            return None
