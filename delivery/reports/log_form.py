"""What the message log can be narrowed to, as people choose it."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Campaign
from delivery.models import Message, SingleSend
from delivery.reports import filters
from delivery.reports.reasons import WORDS

CAMPAIGNS = 50
ALL = ("", "All")


def _day(label: str) -> forms.DateField:
    """A day that has a day after it and a beginning in every time zone."""
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class LogForm(forms.Form):
    """By GET: none of it tells of a person. Addresses and domains are searched for by POST."""

    state = forms.ChoiceField(
        choices=list(filters.STATES.items()), required=False, widget=forms.HiddenInput
    )
    route = forms.ChoiceField(label="Route", choices=[ALL, *Message.Route.choices], required=False)
    reason = forms.ChoiceField(
        label="Why",
        choices=[ALL, *sorted(WORDS.items(), key=lambda pair: str(pair[1]))],
        required=False,
    )
    campaign = forms.ChoiceField(label="Campaign", required=False)
    since = _day("From")
    until = _day("To")

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        latest = Campaign.objects.filter(status__in=Campaign.WAS_STARTED).order_by("-began_at")
        named = [(str(each.pk), each.name) for each in latest[:CAMPAIGNS]]
        self.fields["campaign"].choices = [ALL, *named]  # type: ignore[attr-defined]

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data[name] for name in self.fields if name != "state")

    def found(self) -> QuerySet[Message]:
        """For a form that is valid."""
        said = self.cleaned_data
        messages = filters.in_state(said["state"])
        for name in ("route", "reason"):
            if said[name]:
                messages = messages.filter(**{name: said[name]})
        if said["campaign"]:
            messages = messages.filter(_of(UUID(said["campaign"])))
        if said["since"]:
            messages = messages.filter(created_at__gte=_begin(said["since"]))
        if said["until"]:
            messages = messages.filter(created_at__lt=_begin(said["until"] + timedelta(days=1)))
        return messages


def _of(campaign_id: UUID) -> Q:
    """Frozen from the campaign, or asked for alone."""
    singles = SingleSend.objects.filter(campaign=campaign_id).values("id")
    return Q(cause=Message.Cause.CAMPAIGN, cause_id=campaign_id) | Q(
        cause=Message.Cause.API, cause_id__in=singles
    )


def _begin(day: date) -> datetime:
    """Of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
