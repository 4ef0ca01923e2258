"""Tokens of counted links, and their facts taken all the way to the tables."""

from datetime import timedelta

from campaigns.models import Campaign
from delivery.models import Message
from delivery.tracking import door, draining, tables, tokens
from tenancy import clock
from tenancy.scope import current_tenant_id, platform_scope

TARGETS = [
    "https://www.elm.example/one?a=1",
    "https://www.elm.example/two",
    "https://www.elm.example/three",
]


def token_of(campaign: Campaign, message: Message) -> str:
    reference = tables.keep(campaign, TARGETS)
    return tokens.marker(current_tenant_id(), reference).token(message.id)


def drain_all() -> int:
    """Everything that waits goes to the tables, as if it were a minute later."""
    door.outbox.flush()
    with clock.at(clock.now() + timedelta(minutes=1)), platform_scope():
        return draining.drain()
