"""Forms of the end of a workspace."""

from datetime import UTC, datetime, time, timedelta

from django import forms

from compliance.models.ending import GRACE
from compliance.services.ending import LONGEST_WAIT

REASON = forms.Textarea(attrs={"rows": 3})


class EndForm(forms.Form):
    typed_name = forms.CharField(
        label="Name of this workspace",
        max_length=120,
        help_text="Typed as it is written above, so that nobody ends another one by mistake.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        help_text="Kept in the audit log, and read by the person who decides. Name no patient.",
        widget=REASON,
    )


class OperatorEndForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        help_text="Kept in the audit log of the workspace. Name no patient.",
        widget=REASON,
    )
    days = forms.IntegerField(
        label="Days until its data is destroyed",
        min_value=GRACE.days,
        max_value=LONGEST_WAIT.days,
        initial=GRACE.days,
        help_text="Thirty at least. Until then it can be undone, and owners take their data along.",
    )


class PostponeForm(forms.Form):
    day = forms.DateField(
        label="Destroy it on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label="Why later", max_length=1000, help_text="Kept in the audit log.")

    def until(self) -> datetime:
        """The end of the chosen day, UTC."""
        day = self.cleaned_data["day"] + timedelta(days=1)
        return datetime.combine(day, time.min, tzinfo=UTC)


class CursorForm(forms.Form):
    """Where a page of a log goes on; what is no id is ignored."""

    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)
