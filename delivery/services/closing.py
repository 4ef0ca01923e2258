"""Ending what is over: messages of canceled campaigns, and campaigns with nothing left to send."""

from django.db import transaction

from campaigns.models import Campaign
from campaigns.services import sending
from compliance.facts import Reason
from compliance.stopping import Stopped
from delivery.models import Dispatch, Message
from delivery.queries import waiting
from delivery.services import stopping
from tenancy import clock

BATCH = 1_000


def close_over() -> None:
    """Look after every campaign of the tenant that is under way."""
    for dispatch in Dispatch.objects.filter(closed_at=None).select_related("campaign"):
        campaign = dispatch.campaign
        if campaign.status == Campaign.Status.CANCELED:
            _cancel_messages(campaign)
        if dispatch.frozen_at and not waiting.can_move(campaign.pk):
            _close(dispatch)


def _cancel_messages(campaign: Campaign) -> None:
    """Those that no worker holds; a held one is given back first, or its answer is on the way."""
    while True:
        with transaction.atomic():
            messages = waiting.of_campaign(campaign.pk).filter(status__in=Message.DUE)
            found = messages.select_for_update(skip_locked=True).order_by("pk")
            ids = list(found.values_list("pk", flat=True)[:BATCH])
            stopping.stop(ids, reason="campaign_canceled")
        if len(ids) < BATCH:
            return


def stop_messages() -> Stopped:
    """Of a frozen workspace: all that waits is canceled; what is being handed over ends as it does."""
    canceled = 0
    while True:
        with transaction.atomic():
            waits = Message.objects.filter(status__in=Message.DUE)
            found = waits.select_for_update(skip_locked=True).order_by("pk")
            ids = list(found.values_list("pk", flat=True)[:BATCH])
            canceled += stopping.stop(ids, reason=Reason.WORKSPACE_ENDING.value)
        if len(ids) < BATCH:
            return Stopped(canceled, not Message.objects.filter(status__in=Message.OPEN).exists())


@transaction.atomic
def _close(dispatch: Dispatch) -> None:
    sending.finish(dispatch.campaign)
    Dispatch.objects.filter(pk=dispatch.pk).update(closed_at=clock.now())
