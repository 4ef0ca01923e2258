"""What people type about people."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django import forms
from django.utils import timezone

from compliance.purposes import Purpose
from contacts.entries import Entry, EntryRefused, read_entry
from contacts.fields import IDENTITY, STANDING, Field, Kind, PhiClass, Value
from contacts.importing.dates import Order
from contacts.models import ConsentRecord
from contacts.unprotected import Basis, Scope
from tenancy import clock

REASONS = (
    ("The person is on the phone or at the desk", "The person is on the phone or at the desk"),
    ("Checking a message before it is sent", "Checking a message before it is sent"),
    ("Correcting the person's data", "Correcting the person's data"),
    ("Answering a request about privacy", "Answering a request about privacy"),
    ("other", "Something else"),
)
# What an opt-in can be worth something for; the rest needs a signature, recorded person by person.
AGREED_TO = [
    (purpose.value, purpose.label)
    for purpose in (
        Purpose.APPOINTMENT, Purpose.CARE_GAP, Purpose.PAYMENT, Purpose.OPERATIONS,
        Purpose.REFILL, Purpose.MARKETING,
    )
]  # fmt: skip
_NO_AUTOFILL = {"autocomplete": "off"}
_DATE = {**_NO_AUTOFILL, "placeholder": "2026-11-24"}
_YES_OR_NO = {True: "yes", False: "no"}
_BOOLEAN = [("", "Not known"), ("yes", "Yes"), ("no", "No")]


class SearchForm(forms.Form):
    text = forms.CharField(max_length=200)


def beginning_of(day: date) -> datetime:
    """Where the reader is: today has begun for them, though it may not have in Greenwich, or the other way."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


class RevealForm(forms.Form):
    reason = forms.ChoiceField(
        label="Why do you need to see it?", choices=REASONS, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Say more", required=False, max_length=200, widget=forms.TextInput(_NO_AUTOFILL)
    )

    def clean(self) -> dict[str, str]:
        said = self.cleaned_data
        note = said.get("note", "").strip()
        if said.get("reason") == "other" and len(note) < 4:
            self.add_error("note", "Say what for, in a few words.")
        return said

    @property
    def sentence(self) -> str:
        said = self.cleaned_data
        parts = [said["reason"] if said["reason"] != "other" else "", said["note"].strip()]
        return ": ".join(part for part in parts if part)


class CertificateForm(forms.Form):
    chain = forms.CharField(
        label="Certificate",
        help_text="Text that begins with -----BEGIN CERTIFICATE-----, its issuers' below it.",
        widget=forms.Textarea({**_NO_AUTOFILL, "rows": 10, "spellcheck": "false"}),
    )


class EraseForm(forms.Form):
    reason = forms.CharField(
        label="Why is this person erased?",
        max_length=300,
        help_text="Kept in the audit log: write nothing about the person. “Asked in writing” is enough.",
        widget=forms.TextInput(_NO_AUTOFILL),
    )
    understood = forms.BooleanField(label="I know that this cannot be undone by anybody.")


class ContactForm(forms.Form):
    """The identity and the tenant's own fields; every value is read as an import would read it."""

    def __init__(
        self,
        *args: object,
        schema: Sequence[Field],
        known: dict[str, Value] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._schema = list(schema)
        for each in (*IDENTITY, *STANDING, *schema):
            self.fields[each.key] = _field_for(each, (known or {}).get(each.key))
        self.fields["external_id"].required = True
        if known is not None:
            self.fields["external_id"].disabled = True

    def clean(self) -> dict[str, object]:
        said = self.cleaned_data
        own = {each.key for each in self._schema}
        try:
            self.entry: Entry = read_entry(
                {key: value for key, value in said.items() if key not in own},
                {key: value for key, value in said.items() if key in own},
                schema=self._schema,
                today=clock.now().date(),
            )
        except EntryRefused as refused:
            for key, sentence in refused.problems.items():
                self.add_error(key if key in self.fields else None, sentence)
        return said


def _field_for(each: Field, value: Value | None) -> forms.Field:
    field: forms.Field
    match each.kind:
        case Kind.BOOLEAN:
            field = forms.ChoiceField(choices=_BOOLEAN)
        case Kind.CHOICE:
            listed = [(choice, choice) for choice in each.choices]
            field = forms.ChoiceField(choices=[("", "Not known"), *listed])
        case Kind.DATE | "birth_date" | "death_date":
            field = forms.CharField(max_length=40, widget=forms.TextInput(_DATE))
        case _:
            field = forms.CharField(max_length=2_000, widget=forms.TextInput(_NO_AUTOFILL))
    field.label, field.required = each.label, False
    field.initial = _YES_OR_NO[value] if isinstance(value, bool) else value
    return field


class ConsentForm(forms.Form):
    """What a member of staff heard or was handed."""

    purpose = forms.ChoiceField(label="What for", choices=Purpose.choices)
    state = forms.ChoiceField(
        label="What did the person say?",
        choices=[
            ("opt_in", "They agreed"),
            ("authorization", "They signed an authorization (45 CFR 164.508)"),
            ("withdrawn", "They withdrew"),
        ],
        widget=forms.RadioSelect,
        initial="opt_in",
    )
    source = forms.CharField(
        label="How do you know?",
        max_length=120,
        help_text="Registration form C-12, a call, a letter.",
    )
    wording = forms.CharField(
        label="The wording that the person saw or heard",
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
    )
    kept = forms.CharField(
        label="Where the paper is kept", required=False, max_length=120,
        help_text="Needed for an authorization.",
    )  # fmt: skip
    said_on = forms.DateField(label="When", widget=forms.DateInput({"type": "date"}))
    last_day = forms.DateField(
        label="Last day of the authorization", required=False,
        widget=forms.DateInput({"type": "date"}),
    )  # fmt: skip

    @property
    def is_withdrawal(self) -> bool:
        return bool(self.cleaned_data["state"] == ConsentRecord.State.WITHDRAWN)


class UnprotectedForm(forms.Form):
    """A warned person's request, as a member of staff heard it."""

    scope = forms.ChoiceField(
        label="What is enough for them?", choices=Scope.choices, widget=forms.RadioSelect
    )
    basis = forms.ChoiceField(label="Why?", choices=Basis.choices, widget=forms.RadioSelect)
    source = forms.CharField(
        label="How did they ask?", max_length=120, help_text="A call, a visit, a letter."
    )
    said_on = forms.DateField(label="When", widget=forms.DateInput({"type": "date"}))
    warned = forms.BooleanField(
        label="I read the warning to this person, and they still asked for it."
    )


class AttributeForm(forms.Form):
    label = forms.CharField(label="Name", max_length=60)
    kind = forms.ChoiceField(
        label="Type", choices=Kind.choices, help_text="It cannot be changed later."
    )
    phi_class = forms.ChoiceField(
        label="Protection",
        choices=PhiClass.choices,
        initial=PhiClass.PHI,
        widget=forms.RadioSelect,
        help_text="If in doubt, PHI. Special PHI needs written consent: substance use, HIV, "
        "reproductive and mental health.",
    )
    choices = forms.CharField(
        label="Choices", required=False, widget=forms.Textarea({"rows": 4}),
        help_text="One a line, for a field of the type One of a list.",
    )  # fmt: skip

    @property
    def listed(self) -> list[str]:
        return self.cleaned_data["choices"].splitlines()  # type: ignore[no-any-return]


class MappingForm(forms.Form):
    """One select a column: a field, a new field of a kind, or nothing."""

    order = forms.ChoiceField(
        label="How does the file write 04/05/2026?",
        choices=[
            (Order.NOT_SHOWN, "As the other dates of the file show, else the month first"),
            (Order.MONTH_FIRST, "April 5: the month first"),
            (Order.DAY_FIRST, "May 4: the day first"),
        ],
    )

    def __init__(self, *args: object, names: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._names = names
        for position in range(len(names)):
            self.fields[f"column_{position}"] = forms.CharField(required=False, max_length=60)

    @property
    def chosen(self) -> list[str]:
        return [self.cleaned_data[f"column_{position}"] for position in range(len(self._names))]


class BasisForm(forms.Form):
    """What is asked follows from the choice: nothing, the proof, or the proof and a column."""

    use_required_attribute = False

    basis = forms.ChoiceField(
        choices=[("none", ""), ("everybody", ""), ("column", "")], initial="none"
    )
    purposes = forms.MultipleChoiceField(
        label="What did they agree to?", choices=AGREED_TO, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    source = forms.CharField(
        label="Where did they agree?", max_length=120,
        help_text="Registration form C-12, your website, a call.",
    )  # fmt: skip
    wording = forms.CharField(
        label="The wording that they saw", max_length=2_000,
        widget=forms.Textarea({"rows": 3}), help_text="It is stored with every person as evidence.",
    )  # fmt: skip
    kept = forms.CharField(label="Where the originals are kept", required=False, max_length=120)
    said_on = forms.DateField(label="When, at the latest", widget=forms.DateInput({"type": "date"}))
    column = forms.TypedChoiceField(label="Column with yes or no", coerce=int, empty_value=None)

    def __init__(self, *args: object, names: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        column = self.fields["column"]
        column.choices = [("", "Choose a column"), *enumerate(names)]  # type: ignore[attr-defined]
        chosen = self.data.get("basis")
        column.required = chosen != "everybody"
        if chosen == "none":
            for field in self.fields.values():
                field.required = False
