"""What people say about the letters of one system."""

from django import forms

from accounts.form_renderer import Described
from compliance.facts import Sensitivity
from compliance.purposes import PURPOSE_RULES, Purpose

HOLDS = {
    Sensitivity.S0: ("Nothing about patients", "Invoices of suppliers, notices to staff."),
    Sensitivity.S1: ("That somebody is a patient", "Such as an account that was opened."),
    Sensitivity.S2: ("Health information", "What we take any text for that nobody looked at."),
    Sensitivity.S3: ("Specially protected", "Every person needs a written consent for it."),
}


class DefaultsForm(forms.Form):
    purpose = forms.ChoiceField(
        label="Why its messages are sent",
        required=False,
        choices=[
            ("", Described("Each message says it", "One that does not is refused.")),
            *((each.value, Described(each.label, PURPOSE_RULES[each].summary)) for each in Purpose),
        ],
        widget=forms.RadioSelect,
    )
    sensitivity = forms.TypedChoiceField(
        label="What its messages hold at least",
        coerce=int,
        choices=[(int(level), Described(*words)) for level, words in HOLDS.items()],
        widget=forms.RadioSelect,
        help_text="What is found in a text only ever raises it.",
    )
    drops_repeated = forms.BooleanField(
        label="Drop what comes twice by SMTP",
        required=False,
        help_text="The same Message-ID, person and text within ten minutes counts once.",
    )
    reason = forms.CharField(
        label="Why they hold less",
        required=False,
        max_length=1_000,
        help_text="Only if you choose less than before: a second person reads it, and decides.",
        widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
    )
