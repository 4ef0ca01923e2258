"""What people say about the systems that work with their workspace."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts import key_sets
from accounts.api_keys import Scope
from accounts.form_renderer import Described
from accounts.models import ApiKey
from accounts.networks import Network
from accounts.services.allow_list import ListRefused, read
from accounts.services.api_keys import Right
from accounts.services.client_keys import fetched
from tenancy.errors import DomainError

LONGEST_TEXT = 4_000
Way = ApiKey.Way
WAYS = {
    Way.KEY: ("An API key", "One secret that it sends with each request. The simplest way."),
    Way.SECRET: (
        "OAuth2 with a client secret",
        "It changes the secret for a token of five minutes, and sends the token.",
    ),
    Way.KEY_PAIR: (
        "OAuth2 with its own key pair",
        "It signs each request for a token. No secret leaves it: the strongest way.",
    ),
}
OVERLAPS = {
    "now": ("At once", "For a secret that somebody else may have seen.", timedelta()),
    "hour": ("After an hour", "", timedelta(hours=1)),
    "day": ("After a day", "", timedelta(days=1)),
    "week": ("After seven days", "The longest time.", timedelta(days=7)),
}


class NetworksText(forms.CharField):
    """Networks, one a line; the value is a list of them."""

    def __init__(self) -> None:
        super().__init__(
            label="Networks that it may come from",
            required=False,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
            help_text="One a line, such as 198.51.100.0/24 or 2001:db8::/32. Empty: from everywhere.",
        )

    def clean(self, value: object) -> list[Network]:
        try:
            return read(super().clean(value))
        except ListRefused as error:
            raise forms.ValidationError(str(error)) from None


class NetworksForm(forms.Form):
    networks = NetworksText()


class RotationForm(forms.Form):
    overlap = forms.ChoiceField(
        label="The secret in use now ends",
        choices=[(key, Described(*words[:2])) for key, words in OVERLAPS.items()],
        initial="day",
        widget=forms.RadioSelect,
    )

    @property
    def length(self) -> timedelta:
        return OVERLAPS[self.cleaned_data["overlap"]][2]


class KeySetForm(forms.Form):
    """Public keys of a system, pasted or read from where it publishes them."""

    jwks_url = forms.CharField(
        label="Address of its public keys",
        required=False,
        max_length=2_000,
        help_text="Where the system publishes its JSON Web Key Set. We read it once an hour.",
        widget=forms.URLInput({"autocomplete": "off", "placeholder": "https://…/jwks.json"}),
    )
    jwks = forms.CharField(
        label="Or the public keys themselves",
        required=False,
        max_length=32_000,
        help_text="A JSON Web Key Set with RSA keys, or EC keys on P-384. Never a private key.",
        widget=forms.Textarea({"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )

    def has_to_say_keys(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        self.keys: dict[str, Any] = {}
        if self.has_to_say_keys() and not self.errors:
            self._read(said["jwks_url"].strip(), said["jwks"].strip())
        return said

    def _read(self, url: str, text: str) -> None:
        if bool(url) == bool(text):
            self.add_error("jwks_url", "Give the address of the public keys, or the keys.")
            return
        try:
            self.keys = fetched(url) if url else key_sets.read(text)
        except DomainError as error:
            self.add_error("jwks_url" if url else "jwks", str(error))


class ApiKeyForm(KeySetForm):
    """A key for a system. The right to PHI is asked for apart from everything else."""

    field_order = ("name", "way", "jwks_url", "jwks", "scopes", "sees_phi", "reason")

    name = forms.CharField(
        label="System",
        max_length=80,
        help_text="Who will use the key, such as “Practice system, production”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    way = forms.ChoiceField(
        label="How it proves who it is",
        choices=[(way, Described(*WAYS[way])) for way in WAYS],
        initial=Way.KEY,
        widget=forms.RadioSelect,
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[
            (scope.value, Described(scope.label, scope.value))
            for scope in Scope
            if scope != Scope.PHI_READ
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    sees_phi = forms.BooleanField(
        label=Scope.PHI_READ.label,
        required=False,
        help_text=f"{Scope.PHI_READ.value}. Without it, what identifies a person comes back empty. "
        "A compliance officer has to allow it before the key works.",
    )
    reason = forms.CharField(
        label="Why it has to see PHI",
        required=False,
        max_length=1_000,
        help_text="For the compliance officer.",
        widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
    )
    networks = NetworksText()
    last_day = forms.DateField(
        label="Last day",
        help_text="At most a year from now. Make a new key before, and end this one after.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def has_to_say_keys(self) -> bool:
        return bool(self.cleaned_data.get("way") == Way.KEY_PAIR)

    def right(self) -> Right:
        said = self.cleaned_data
        return Right(said["name"], self.granted(), self.expires_at(), said["networks"])

    def granted(self) -> list[str]:
        """Everything that was ticked."""
        scopes: list[str] = self.cleaned_data["scopes"]
        return [*scopes, *([Scope.PHI_READ.value] if self.cleaned_data["sees_phi"] else [])]

    def expires_at(self) -> datetime:
        """The end of the last day, where the reader is."""
        day: date = self.cleaned_data["last_day"] + timedelta(days=1)
        return datetime.combine(day, time(), timezone.get_current_timezone())
