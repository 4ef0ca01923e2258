"""What people choose on Settings → Retention."""

from django import forms
from django.http import QueryDict

from compliance import forecast
from compliance.retained import TERMS, Periods, Retained, in_words


class RetentionForm(forms.Form):
    """One choice for each class that some table belongs to, and why if something protects less."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed for a change that protects less: a second person reads it and decides. Name no patient.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None, *, periods: Periods) -> None:
        super().__init__(data)
        self.periods = periods
        for retained in forecast.in_use():
            self.fields[retained.value] = _choice(retained, periods.days[retained])

    @property
    def class_fields(self) -> list[forms.BoundField]:
        return [self[retained.value] for retained in forecast.in_use()]

    def chosen(self) -> dict[Retained, int]:
        """Of a form that is valid."""
        return {retained: self.cleaned_data[retained.value] for retained in forecast.in_use()}

    def chosen_periods(self) -> Periods:
        return Periods({**self.periods.days, **self.chosen()}) if self.is_valid() else self.periods


def _choice(retained: Retained, now: int) -> forms.TypedChoiceField:
    term = TERMS[retained]
    offered = {days for days in term.choices if days >= now or not term.never_shorter} | {now}
    return forms.TypedChoiceField(
        label=term.label,
        coerce=int,
        initial=now,
        choices=[(days, in_words(days)) for days in sorted(offered)],
        help_text=term.holds,
    )
