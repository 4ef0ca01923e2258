"""What people say about a file that they need."""

from collections.abc import Sequence
from uuid import UUID

from django import forms

from accounts.form_renderer import Described
from contacts.export_profiles import PROFILES, fields_for
from contacts.export_sources import EVERYBODY, source_named
from contacts.fields import Field
from contacts.services.exports import Wish


class ExportForm(forms.Form):
    """A purpose first; the fields are those that it needs."""

    source = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    source_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    profile = forms.ChoiceField(
        label="What is the file for?",
        choices=[(key, Described(each.title, each.meaning)) for key, each in PROFILES.items()],
        widget=forms.RadioSelect,
    )
    fields_wanted = forms.MultipleChoiceField(
        label="Fields", required=False, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(
        label="Who gets it, and why",
        max_length=1_000,
        widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
        help_text="Kept with the file's record. Name no patient.",
    )
    rows = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args: object, schema: Sequence[Field], seen_classes: Sequence[str], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._seen = list(seen_classes)
        chosen = self.data.get("profile")
        self.allowed = (
            fields_for(chosen, schema, seen_classes=self._seen) if chosen in PROFILES else []
        )
        wanted = self.fields["fields_wanted"]
        wanted.choices = [(each.key, each.label) for each in self.allowed]  # type: ignore[attr-defined]

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"] or EVERYBODY
        if source_named(source) is None:
            raise forms.ValidationError("Choose whom the file is about.")
        return source

    def wish(self) -> Wish:
        """Without a choice of fields: all that the purpose allows."""
        said = self.cleaned_data
        source_id: UUID | None = said["source_id"]
        fields = [each.key for each in self.chosen()]
        return Wish(said["profile"], fields, said["source"], source_id, self._seen)

    def chosen(self) -> list[Field]:
        wanted = self.cleaned_data["fields_wanted"] or [each.key for each in self.allowed]
        return [each for each in self.allowed if each.key in wanted]

    def reason(self) -> str:
        return str(self.cleaned_data["why"])

    def shown_rows(self) -> int:
        return int(self.cleaned_data["rows"] or 0)
