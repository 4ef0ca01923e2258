"""What people did with a message: followed a counted link in it, or let its one dot load."""

from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from campaigns.models import Campaign
from campaigns.queries import writing
from contacts import services as contacts
from contacts.models import Activity
from delivery.models import Message
from delivery.unsubscribe import LinkBroken
from tenancy import clock
from tenancy.scope import current_tenant_id

# Mailboxes and their scanners fetch an address several times for one act of a person.
ONE_ACT = timedelta(minutes=1)


def target(message_id: UUID, number: int) -> str:
    """The address behind the message's link with that number.

    Raises LinkBroken if the message or the link is not one of ours. The token does not sign the
    number: the campaign's table of links is what bounds it.
    """
    campaign = Campaign.objects.get(pk=_message(message_id).cause_id)
    targets = _targets(current_tenant_id(), campaign.pk, campaign.content_hash)
    if number >= len(targets):
        raise LinkBroken
    return targets[number]


def note(message_id: UUID, kind: Activity.Kind) -> None:
    """That a link was followed, or the message opened: approximate, as mailboxes do both by themselves.

    Raises LinkBroken.
    """
    message = _message(message_id)
    just_now = Activity.objects.filter(
        contact_id=message.contact_id,
        kind=kind,
        cause_id=message.cause_id,
        occurred_at__gt=clock.now() - ONE_ACT,
    )
    if not just_now.exists():
        contacts.record_activity(
            message.contact, kind=kind, cause=message.cause, cause_id=message.cause_id
        )


def _message(message_id: UUID) -> Message:
    messages = Message.objects.select_related("contact").filter(cause=Message.Cause.CAMPAIGN)
    message = messages.filter(pk=message_id).first()
    if message is None:
        raise LinkBroken
    return message


@lru_cache(maxsize=256)
def _targets(_tenant_id: UUID, campaign_id: UUID, _content_hash: str) -> tuple[str, ...]:
    return writing.compiled(Campaign.objects.get(pk=campaign_id)).links
