"""What of a campaign has not come to its end: asked often, so each answer has an index of its own."""

from uuid import UUID

from django.db.models import QuerySet

from delivery.models import Message

Status = Message.Status


def of_campaign(campaign_id: UUID) -> QuerySet[Message]:
    messages: QuerySet[Message] = Message.objects.filter(
        cause=Message.Cause.CAMPAIGN, cause_id=campaign_id
    )
    return messages


def to_retry(campaign_id: UUID) -> int:
    """How many messages wait for another try."""
    return int(of_campaign(campaign_id).filter(status=Status.DEFERRED).count())


def can_move(campaign_id: UUID) -> bool:
    """Whether a message may still leave. Days of retries cost one look each time, at nothing else."""
    messages = of_campaign(campaign_id)
    return (
        messages.filter(status=Status.DEFERRED).exists()
        or messages.filter(status=Status.QUEUED).exists()
        or messages.filter(status__in=Message.AT_WORK).exists()
    )
