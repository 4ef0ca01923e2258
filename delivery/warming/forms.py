from django import forms

from delivery.models.warming import LEAST_START, MOST_START, START


class StartForm(forms.Form):
    """How carefully a plan begins."""

    start = forms.IntegerField(
        label="Messages on the first day",
        initial=START,
        min_value=LEAST_START,
        max_value=MOST_START,
        help_text="To each mail operator.",
    )
