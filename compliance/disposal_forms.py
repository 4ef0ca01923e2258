"""What people choose when old audit events shall go."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from compliance.disposable import Offer


class DisposalForm(forms.Form):
    """Up to which month, with which archives, and why."""

    month = forms.ChoiceField(label="Up to and including")
    archives = forms.ChoiceField(
        label="Their archives",
        choices=[
            ("stay", "Stay here, as sealed files that prove themselves"),
            ("go", "Go too; months without an archive may go as well"),
        ],
        widget=forms.RadioSelect,
        initial="stay",
    )
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        help_text="The second person reads it and decides. Name no patient.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None, *, offers: Sequence[Offer]) -> None:
        super().__init__(data)
        months = [(f"{each.month:%Y-%m-%d}", _words(each)) for each in offers]
        self.fields["month"].choices = months  # type: ignore[attr-defined]

    def wish(self) -> dict[str, Any]:
        """Of a form that is valid."""
        return {
            "month": date.fromisoformat(self.cleaned_data["month"]),
            "keeps_archives": self.cleaned_data["archives"] == "stay",
            "reason": self.cleaned_data["reason"],
        }


def _words(offer: Offer) -> str:
    return f"{offer.month:%B %Y}" + ("" if offer.is_archived else ", not archived")
