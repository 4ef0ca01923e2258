"""Which messages have to arrive by when; the rows are the list of what is to be looked at."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from audit import services as audit
from audit.services import SYSTEM
from campaigns.models import Campaign
from compliance.purposes import PURPOSE_RULES, Purpose
from delivery.models import Message, MustArrive
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import current_tenant_id

# The list of what did not arrive goes as far back.
LONGEST = timedelta(days=90)

# What was learned of a message, or of the one that went to the second address in its place.
_LOOK = """
UPDATE delivery_mustarrive SET look_at = %s::timestamptz
WHERE tenant_id = %s::uuid AND look_at > %s::timestamptz AND (
    message_id = ANY(%s::uuid[])
    OR id IN (
        SELECT cause_id FROM delivery_message
        WHERE tenant_id = %s::uuid AND id = ANY(%s::uuid[]) AND cause = 'api'
    )
)
"""


class DeadlineRefused(DomainError):
    """It cannot be promised that such mail is looked after until then."""


def check(deadline_at: datetime, *, purpose: str, sends_at: datetime) -> None:
    """Raises DeadlineRefused."""
    if PURPOSE_RULES[Purpose(purpose)].is_discretionary:
        raise DeadlineRefused("Only mail about care or payment has to arrive. Leave this out.")
    if deadline_at <= sends_at:
        raise DeadlineRefused("Choose a time after the message has left.")
    if deadline_at > sends_at + LONGEST:
        raise DeadlineRefused("Choose a time within 90 days.")


def promise(messages: Sequence[Message], *, deadline_at: datetime) -> None:
    """From now on it is looked after that these arrive. What is promised already keeps its time."""
    _store([(message.pk, message.contact_id) for message in messages], deadline_at)


def promise_for(campaign: Campaign, born: Collection[tuple[UUID, UUID]]) -> None:
    """The same for messages of a campaign whose author said so, by their own and their people's ids."""
    deadline_at = deadline_of(campaign, clock.now())
    if deadline_at is not None and born:
        _store(born, deadline_at)


def deadline_of(campaign: Campaign, sent_at: datetime) -> datetime | None:
    """By when a message that leaves then has to have arrived; None if nobody said that it must."""
    if campaign.arrives_within_hours is not None:
        return sent_at + timedelta(hours=campaign.arrives_within_hours)
    at: datetime | None = campaign.arrives_by
    return at


def look_now(messages: Collection[UUID]) -> None:
    """Something was learned of these that may be bad news; nothing happens for what is not promised."""
    if messages:
        now, tenant, ids = clock.now(), current_tenant_id(), list(messages)
        with connection.cursor() as cursor:
            cursor.execute(_LOOK, [now, tenant, now, ids, tenant, ids])


def _store(born: Collection[tuple[UUID, UUID]], deadline_at: datetime) -> None:
    # What was born too late, or not allowed at all, is looked at as soon as somebody can.
    rows = [
        MustArrive(
            message_id=message_id,
            contact_id=contact_id,
            deadline_at=deadline_at,
            waits_until=deadline_at,
            look_at=deadline_at,
        )
        for message_id, contact_id in born
    ]
    MustArrive.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    skipped = Message.objects.filter(
        pk__in=[row.message_id for row in rows], status=Message.Status.SKIPPED
    )
    look_now(list(skipped.values_list("pk", flat=True)))
    audit.record(
        "must_arrive.promised",
        actor=SYSTEM,
        messages=[row.message_id for row in rows],
        deadline=deadline_at.isoformat(),
    )
