"""What people type where the audit log is reviewed."""

from typing import Any

from django import forms


class SavedViewForm(forms.Form):
    name = forms.CharField(label="Name of the view", max_length=80)


class ReviewPlanForm(forms.Form):
    """Who looks through the log, and how often."""

    reviewers = forms.MultipleChoiceField(label="Reviewers", widget=forms.CheckboxSelectMultiple)
    every_days = forms.IntegerField(label="Every (days)", min_value=1, max_value=366)
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed for a longer interval: a second person reads it and decides.",
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reviewers"].choices = people  # type: ignore[attr-defined]


class SignOffForm(forms.Form):
    note = forms.CharField(
        label="What you found",
        max_length=2_000,
        help_text="Kept sealed with the sign-off. Name no patient.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
