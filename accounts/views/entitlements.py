"""Who had which role: on a day, and every change."""

from datetime import datetime, time, timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import entitlements
from accounts.http import SignedInRequest
from accounts.permissions import requires
from tenancy import clock


class DayForm(forms.Form):
    day = forms.DateField(
        label="Who had which role on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def moment(self) -> datetime:
        """The end of the day where the reader is, or now if it has not ended."""
        day = self.cleaned_data["day"] if self.is_valid() else None
        if day is None:
            return clock.now()
        zone = timezone.get_current_timezone()
        return min(clock.now(), datetime.combine(day + timedelta(days=1), time(), zone))


@requires("audit.view")
@require_GET
def history(request: SignedInRequest) -> HttpResponse:
    form = DayForm(request.GET if "day" in request.GET else None)
    moment = form.moment()
    context = {
        "form": form,
        "moment": moment,
        "held": entitlements.as_of(moment),
        "changes": entitlements.changes(),
    }
    return render(request, "accounts/entitlements.html", context)
