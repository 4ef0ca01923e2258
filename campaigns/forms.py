"""What people type on the pages of templates and campaigns."""

import re
from collections.abc import Mapping
from datetime import datetime

from django import forms

from campaigns.models import Campaign
from compliance import queries as compliance
from compliance.models import Sender
from compliance.purposes import PURPOSE_RULES, Purpose, Remuneration
from segments.models import Segment
from tenancy import clock

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+")
LONGEST_SUBJECT = 200


def purpose_choices() -> list[tuple[str, str]]:
    return [(one.value, f"{one.label}. {PURPOSE_RULES[one].summary}") for one in Purpose]


class NameForm(forms.Form):
    """The name of a blank campaign or template, and why it is sent."""

    name = forms.CharField(label="Name", max_length=120, help_text="Only your staff sees it.")
    purpose = forms.ChoiceField(label="Why it is sent", choices=Purpose.choices)


class RowForm(forms.Form):
    """One row of the campaign page. `version` is that of the campaign its author had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, campaign: Campaign) -> "RowForm":
        return cls(initial=cls.initial_of(campaign) | {"version": campaign.version})

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, object]:
        return {name: getattr(campaign, name) for name in cls.declared_fields if name != "version"}

    def changes(self, campaign: Campaign) -> Mapping[str, object]:
        """What the service is to change of `campaign`. For forms that are valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NameRow(RowForm):
    name = forms.CharField(label="Name", max_length=120, help_text="Only your staff sees it.")


def segment_choices() -> list[tuple[str, str]]:
    segments = Segment.objects.filter(archived_at=None).order_by("-changed_at")
    return [(str(segment.pk), segment.name) for segment in segments]


def sender_choices() -> list[tuple[str, str]]:
    senders = Sender.objects.select_related("domain").order_by("display_name")
    return [(str(one.pk), f"{one.display_name}, {one.address}") for one in senders]


class AudienceRow(RowForm):
    segment = forms.ChoiceField(
        label="Segment",
        choices=segment_choices,
        widget=forms.RadioSelect,
        help_text="Membership is looked at again at the moment of sending.",
    )

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, object]:
        return {"segment": str(campaign.segment_id or "")}

    def changes(self, campaign: Campaign) -> Mapping[str, object]:
        return {"segment": Segment.objects.get(pk=self.cleaned_data["segment"])}


class SenderRow(RowForm):
    sender = forms.ChoiceField(label="Sender", choices=sender_choices, widget=forms.RadioSelect)

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, object]:
        return {"sender": str(campaign.sender_id or "")}

    def changes(self, campaign: Campaign) -> Mapping[str, object]:
        return {"sender": Sender.objects.get(pk=self.cleaned_data["sender"])}


class SubjectRow(RowForm):
    subject = forms.CharField(
        label="Subject",
        max_length=LONGEST_SUBJECT,
        help_text="It can be read on the way and on a locked phone: nothing about care.",
    )
    preheader = forms.CharField(
        label="Preheader",
        max_length=LONGEST_SUBJECT,
        required=False,
        help_text="Mailboxes show it beside the subject.",
    )

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, object]:
        return {key: campaign.content.get(key, "") for key in ("subject", "preheader")}

    def changes(self, campaign: Campaign) -> Mapping[str, object]:
        return {"content": {**campaign.content, **super().changes(campaign)}}


class PurposeRow(RowForm):
    purpose = forms.ChoiceField(
        label="Why it is sent", choices=purpose_choices, widget=forms.RadioSelect
    )
    remuneration = forms.ChoiceField(
        label="Does a third party pay for this message?",
        choices=Remuneration.choices,
        help_text="Pay from others decides whether people must have signed (45 CFR 164.501).",
    )


class ProtectionRow(RowForm):
    protection = forms.ChoiceField(
        label="How it travels", choices=Campaign.Protection.choices, widget=forms.RadioSelect
    )
    label = forms.TypedChoiceField(
        label="What it holds",
        choices=Campaign.Label.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text="Say more than we find in it, and it is protected more. Nothing here protects it "
        "less. What is specially protected goes to people with a written consent, by the portal.",
    )


class CountingRow(RowForm):
    counts_clicks = forms.BooleanField(
        label="Count clicks",
        required=False,
        help_text="Links lead over your own link host, which remembers that they were followed. "
        "The policy says in which mail, and people may say no.",
    )
    counts_opens = forms.BooleanField(
        label="Count openings",
        required=False,
        help_text="Approximate: many mailboxes load pictures by themselves, and many people never do.",
    )


class TimingRow(RowForm):
    start = forms.ChoiceField(
        label="When it goes out", choices=Campaign.Start.choices, widget=forms.RadioSelect
    )
    planned_at = forms.DateTimeField(
        label="Day and time",
        required=False,
        help_text="In your time zone. Only for “At a time”.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if cleaned.get("start") != Campaign.Start.AT_TIME:
            cleaned["planned_at"] = None
        elif not isinstance(planned_at := cleaned.get("planned_at"), datetime):
            if "planned_at" not in self.errors:
                self.add_error("planned_at", "Choose the day and time.")
        elif planned_at <= clock.now():
            self.add_error("planned_at", "This time has passed. Choose one in the future.")
        return cleaned


class ArrivalRow(RowForm):
    """A deadline of either kind. Only for mail that may have one: the campaign says what it is for."""

    arrival = forms.ChoiceField(
        label="Must it arrive?",
        choices=[
            ("no", "No: a report says who was not reached"),
            ("hours", "Yes, within some hours of leaving"),
            ("date", "Yes, by a day and time"),
        ],
        widget=forms.RadioSelect,
        help_text="For mail about care or payment. What has not arrived by then takes the ways of your "
        "policy, and then waits for staff until somebody says how the person was told.",
    )
    arrives_within_hours = forms.IntegerField(
        label="Hours",
        min_value=1,
        max_value=2160,
        required=False,
        help_text="Only for “within some hours”.",
    )
    arrives_by = forms.DateTimeField(
        label="Day and time",
        required=False,
        help_text="In your time zone. Only for “by a day and time”.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    @classmethod
    def initial_of(cls, campaign: Campaign) -> dict[str, object]:
        hours, by = campaign.arrives_within_hours, campaign.arrives_by
        return {
            "arrival": "hours" if hours else "date" if by else "no",
            "arrives_within_hours": hours or compliance.policy().must_arrive_hours,
            "arrives_by": by,
        }

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        wanted, by = cleaned.get("arrival"), cleaned.get("arrives_by")
        if wanted == "hours" and cleaned.get("arrives_within_hours") is None:
            self.add_error("arrives_within_hours", "Say how many hours, from 1 to 2160.")
        if wanted == "date" and not (isinstance(by, datetime) and by > clock.now()):
            self.add_error("arrives_by", "Choose a day and time in the future.")
        return cleaned

    def changes(self, campaign: Campaign) -> Mapping[str, object]:
        chosen = {"hours": "arrives_within_hours", "date": "arrives_by"}
        key = chosen.get(self.cleaned_data["arrival"])
        empty: dict[str, object] = dict.fromkeys(chosen.values())
        return empty | ({key: self.cleaned_data[key]} if key else {})


ROWS: dict[str, type[RowForm]] = {
    "name": NameRow,
    "audience": AudienceRow,
    "sender": SenderRow,
    "subject": SubjectRow,
    "purpose": PurposeRow,
    "protection": ProtectionRow,
    "timing": TimingRow,
    "arrival": ArrivalRow,
    "counting": CountingRow,
}


class ScheduleForm(forms.Form):
    send_at = forms.DateTimeField(
        label="Day and time",
        help_text="In your time zone.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class BrandForm(forms.Form):
    postal_address = forms.CharField(
        label="Postal address",
        max_length=200,
        help_text="In the footer of every message, as the law on commercial mail asks.",
    )
    websites = forms.CharField(
        label="Your websites",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One a line, such as www.elmstreet.example. Pictures may come from there.",
    )

    def clean_websites(self) -> list[str]:
        hosts = [
            line.strip().lower().removeprefix("https://").rstrip("/")
            for line in self.cleaned_data["websites"].splitlines()
        ]
        for host in filter(None, hosts):
            if not _HOST.fullmatch(host):
                raise forms.ValidationError(f"“{host[:60]}” is not the name of a website.")
        return [host for host in hosts if host]


class ContentForm(forms.Form):
    """What the editor posts: the whole document over the version that it opened."""

    document = forms.JSONField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_document(self) -> dict[str, object]:
        document = self.cleaned_data["document"]
        if not isinstance(document, dict):
            raise forms.ValidationError("The content is an object.")
        return document
