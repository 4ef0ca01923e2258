"""What somebody says of a domain's mail servers."""

from django import forms
from django.core.exceptions import ValidationError

from delivery.wire.addresses import AddressUnusable, a_label
from delivery.wire.sts import PolicyInvalid, host_pattern

SERVERS_AT_MOST = 20


class DomainField(forms.CharField):
    """As mail servers are asked about it; of an address, what is behind the @."""

    def clean(self, value: str) -> str:
        try:
            return a_label(super().clean(value).strip().rpartition("@")[2])
        except AddressUnusable:
            raise ValidationError("This is no mail domain.") from None


class ServersField(forms.CharField):
    """Names or patterns of hosts, one a line; the value is sorted."""

    def clean(self, value: str) -> tuple[str, ...]:
        words = super().clean(value).lower().replace(",", " ").split()
        try:
            patterns = sorted({host_pattern(word) for word in words})
        except PolicyInvalid:
            raise ValidationError(
                "One of these is no name of a mail server. Write names like mx1.host.example, or "
                "*.host.example for all names with one more part."
            ) from None
        if any("." not in pattern.removeprefix("*.") for pattern in patterns):
            raise ValidationError("Write whole names, with their domain.")
        if len(patterns) > SERVERS_AT_MOST:
            raise ValidationError(f"List at most {SERVERS_AT_MOST} servers.")
        return tuple(patterns)


class PinForm(forms.Form):
    """No servers end a pin."""

    domain = DomainField(
        label="Mail domain",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="What is behind the @ of their addresses. You may have written to it before or not.",
    )
    servers = ServersField(
        label="Its mail servers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="As its own people told you, one a line: mx1.host.example, or *.host.example for all "
        "names with one more part. Leave it empty to end the pin.",
    )
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed to allow more servers or to end a pin: a second person reads it and decides. "
        "Name no patient.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
