"""How a campaign reads on a page: `{% load campaigns %}`."""

from django import template

from accounts.display import grouped
from campaigns import retries
from campaigns.models import Campaign

register = template.Library()


@register.simple_tag
def sending_words(campaign: Campaign) -> str:
    """The state of a campaign that is sending; it is not over while a message waits for a retry."""
    waiting = retries.waiting(campaign.pk)
    return f"Sending, {grouped(waiting)} will be tried again" if waiting else "Sending"
