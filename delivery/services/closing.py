"""Ending what is over: messages of canceled campaigns, and campaigns with nothing left to send."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from campaigns.models import Campaign
from campaigns.services import sending
from delivery import chronicle
from delivery.chronicle import Turn
from delivery.models import Dispatch, Message, MessageEvent
from delivery.queries import waiting
from tenancy import clock

BATCH = 1_000
Status = Message.Status


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
            _settle(ids)
        if len(ids) < BATCH:
            return


def _settle(ids: Collection[UUID]) -> None:
    """What may have arrived at an earlier try stays uncertain: nobody can cancel that."""
    messages = Message.objects.filter(pk__in=ids)
    unknown = list(messages.filter(uncertain_at__isnull=False).values_list("pk", flat=True))
    messages.filter(pk__in=unknown).update(
        status=Status.UNCERTAIN, reason="no_answer", settled_at=clock.now()
    )
    left = list(messages.filter(status__in=Message.DUE).values_list("pk", flat=True))
    messages.filter(pk__in=left).update(
        status=Status.CANCELED, reason="campaign_canceled", settled_at=clock.now()
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=pk, kind=MessageEvent.Kind.CANCELED) for pk in left
    )
    turns = [Turn(pk, Status.UNCERTAIN.value, "no_answer") for pk in unknown]
    turns += [Turn(pk, "canceled", "campaign_canceled", kind="canceled") for pk in left]
    if turns:
        chronicle.tell_turns("messages.canceled", turns)


@transaction.atomic
def _close(dispatch: Dispatch) -> None:
    sending.finish(dispatch.campaign)
    Dispatch.objects.filter(pk=dispatch.pk).update(closed_at=clock.now())
