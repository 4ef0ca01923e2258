"""Ending what is over: messages of canceled campaigns, and campaigns with nothing left to send."""

from django.db import transaction
from django.db.models import QuerySet

from campaigns.models import Campaign
from campaigns.services import sending
from delivery.fates import canceled
from delivery.models import Dispatch, Message, MessageEvent
from tenancy import clock

BATCH = 1_000
# A message that a server deferred goes on by itself; its campaign need not wait for it.
STILL_TO_TRY = (Message.Status.QUEUED, *Message.AT_WORK)


def close_over() -> None:
    """Look after every campaign of the tenant that is under way."""
    for dispatch in Dispatch.objects.filter(closed_at=None).select_related("campaign"):
        campaign = dispatch.campaign
        if campaign.status == Campaign.Status.CANCELED:
            _cancel_messages(campaign)
        if dispatch.frozen_at and not _messages(campaign).filter(status__in=STILL_TO_TRY).exists():
            _close(dispatch)


def _cancel_messages(campaign: Campaign) -> None:
    """Those that no worker holds; a held one is given back first, or its answer is on the way."""
    while True:
        with transaction.atomic():
            waiting = _messages(campaign).filter(status__in=Message.DUE).order_by("pk")
            ids = list(
                waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH]
            )
            fate = canceled("campaign_canceled")
            Message.objects.filter(pk__in=ids).update(
                status=fate.status, reason=fate.reason, settled_at=clock.now()
            )
            MessageEvent.objects.bulk_create(
                MessageEvent(message_id=pk, kind=MessageEvent.Kind.CANCELED) for pk in ids
            )
        if len(ids) < BATCH:
            return


@transaction.atomic
def _close(dispatch: Dispatch) -> None:
    sending.finish(dispatch.campaign)
    Dispatch.objects.filter(pk=dispatch.pk).update(closed_at=clock.now())


def _messages(campaign: Campaign) -> QuerySet[Message]:
    return Message.objects.filter(cause=Message.Cause.CAMPAIGN, cause_id=campaign.pk)
