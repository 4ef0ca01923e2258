"""What people type on the compliance pages."""

from datetime import date

from django import forms
from django.utils.html import format_html

from compliance.facts import SuppressionReason
from compliance.purposes import PURPOSE_RULES, Purpose
from compliance.trail import Filters, Kind

# Offered first: what a clinic does without asking anybody for a signature.
USUAL_PURPOSES = [
    Purpose.TREATMENT,
    Purpose.APPOINTMENT,
    Purpose.CARE_GAP,
    Purpose.PAYMENT,
    Purpose.OPERATIONS,
    Purpose.REFILL,
]


def purpose_choices() -> list[tuple[str, str]]:
    two_lines = '<b>{}</b><span class="sp-help">{}</span>'
    return [
        (purpose.value, format_html(two_lines, purpose.label, PURPOSE_RULES[purpose].summary))
        for purpose in Purpose
    ]


class PurposesForm(forms.Form):
    """Which purposes the text on the page permits; a form of its own, so that the text follows."""

    purposes = forms.MultipleChoiceField(
        label="What we may send for you",
        choices=purpose_choices,
        widget=forms.CheckboxSelectMultiple,
    )


class SignForm(forms.Form):
    purposes = forms.MultipleChoiceField(choices=purpose_choices, widget=forms.MultipleHiddenInput)
    text_hash = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Your full name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    title = forms.CharField(
        label="Your title",
        max_length=120,
        help_text="Such as Managing partner or Privacy officer.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    is_authorized = forms.BooleanField(
        label="I have read the agreement and may bind the organization."
    )


class CountersignForm(forms.Form):
    title = forms.CharField(
        label="Your title", max_length=120, help_text="It stands beside your name as countersigner."
    )
    is_authorized = forms.BooleanField(label="I may bind Sealpost.")


class ReasonForm(forms.Form):
    """Why something is taken back; kept in the audit log."""

    reason = forms.CharField(label="Why", max_length=300, help_text="Kept in the audit log.")


class UnshownText(forms.Textarea):
    """For secrets: what was typed is never put into a page again."""

    def format_value(self, value: object) -> None:
        return None


class SenderCertificateForm(forms.Form):
    chain = forms.CharField(
        label="Certificate",
        help_text="Text that begins with -----BEGIN CERTIFICATE-----, its issuers' below it.",
        widget=forms.Textarea({"autocomplete": "off", "rows": 10, "spellcheck": "false"}),
    )
    key = forms.CharField(
        label="Private key",
        help_text="Text that begins with -----BEGIN PRIVATE KEY-----, without a password.",
        widget=UnshownText({"autocomplete": "off", "rows": 10, "spellcheck": "false"}),
    )


class DomainForm(forms.Form):
    domain = forms.CharField(
        label="Domain",
        max_length=253,
        help_text="The part after the @ of your From address, such as news.elmstreet.example.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class SenderForm(forms.Form):
    display_name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="What people see first in their inbox.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    local_part = forms.CharField(
        label="Address before the @",
        max_length=64,
        help_text="Such as hello. Replies go there.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


# What staff may know; the others are told by a server, a mail operator or the person.
STAFF_REASONS = [
    (reason.value, reason.label)
    for reason in (
        SuppressionReason.REQUESTED,
        SuppressionReason.WRONG_PERSON,
        SuppressionReason.BOUNCED,
    )
]


class SuppressionForm(forms.Form):
    address = forms.CharField(
        label="Email address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    reason = forms.ChoiceField(choices=STAFF_REASONS)


class SuppressionListForm(forms.Form):
    """A column of another service's file, pasted: no file comes to rest anywhere."""

    addresses = forms.CharField(
        label="Addresses",
        max_length=1_000_000,
        help_text="One a line, or a CSV file: open it, copy all of it, paste it here. "
        "Up to 10,000 addresses.",
        widget=forms.Textarea({"autocomplete": "off", "rows": 12, "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(choices=STAFF_REASONS)


class TrailForm(forms.Form):
    """Filters of the audit log; anything that is no filter is ignored."""

    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    actor = forms.CharField(max_length=64, required=False)
    object = forms.CharField(max_length=64, required=False)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    whole = forms.BooleanField(required=False)
    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)

    def filters(self) -> Filters:
        self.is_valid()
        day: date | None = self.cleaned_data.get("day")
        return Filters(
            kind=Kind(self.cleaned_data.get("kind", "")),
            actor_id=self.cleaned_data.get("actor", ""),
            object_id=self.cleaned_data.get("object", ""),
            day=day,
            is_whole=self.cleaned_data.get("whole", False),
        )


class AnchorWaysForm(forms.Form):
    """Where checkpoints go every day."""

    by_mail = forms.BooleanField(
        label="Mail it to every compliance officer",
        required=False,
        help_text="Once a day. The mail holds no health information.",
    )
    webhook_url = forms.CharField(
        label="Send it to a system of yours",
        max_length=2_000,
        required=False,
        help_text="Once a day, to this address. Empty means no system.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Why, if you take a way off",
        max_length=1000,
        required=False,
        help_text="The second person who decides reads it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EvidenceForm(forms.Form):
    """How much evidence to take."""

    span = forms.ChoiceField(
        label="Which events",
        choices=[("whole", "All of them"), ("days", "Those of some days")],
        widget=forms.RadioSelect,
    )
    first = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    with_details = forms.BooleanField(
        label="With details",
        required=False,
        help_text="Counts, reasons and field names, opened. The rest can be checked without them.",
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if cleaned.get("span") == "days" and not self.errors:
            if not (first and last):
                self.add_error("first", "Give the first and the last day.")
            elif last < first:
                self.add_error("last", "The last day is before the first.")
        return cleaned
