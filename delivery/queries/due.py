"""Who has work: ids of tenants, through functions that see every tenant and return nothing else."""

import time
from uuid import UUID

from django.db import connection

from campaigns.models import Campaign
from tenancy import clock

STOPPED = (Campaign.Status.PAUSED, Campaign.Status.CANCELED)


def tenants_with_messages() -> list[tuple[UUID, int]]:
    """Tenants with due messages and how many (up to a thousand of a class), longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant, due FROM kernel.due_messages(%s)", [clock.now()])
        return list(cursor.fetchall())


def tenants_with_urgent_messages() -> list[UUID]:
    """Tenants with a due code or portal notice, which waits behind no campaign."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.urgent_messages(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_texts() -> list[UUID]:
    """Tenants with a code that is due to go to a phone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.due_texts(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_expired_leases() -> list[UUID]:
    """Tenants whose messages are held by a worker that is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.expired_leases(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_expired_items() -> list[UUID]:
    """Tenants with messages in the portal that are due to be shredded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.expired_escrow(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_reminders() -> list[UUID]:
    """Tenants with unread messages in the portal that somebody is due to be reminded of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.escrow_reminders(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_arrivals() -> list[UUID]:
    """Tenants with messages of which it is time to see whether they arrived."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.due_arrivals(%s)", [clock.now()])
        return [row[0] for row in cursor.fetchall()]


def tenants_with_campaigns() -> list[UUID]:
    """Tenants with campaigns or tests to begin, or under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id FROM kernel.due_campaigns() "
            "UNION SELECT tenant_id FROM kernel.due_test_sends() "
            "UNION SELECT tenant FROM kernel.open_dispatches()"
        )
        return [row[0] for row in cursor.fetchall()]


def tenants_with_system_mail() -> list[UUID]:
    """Tenants whose own mail, or the platform's, waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id FROM kernel.due_system_mail()")
        return [row[0] for row in cursor.fetchall()]


def tenants_with_inbound_mail() -> list[UUID]:
    """Tenants for whom something came back that nobody has read yet, longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.waiting_inbound_mail()")
        return [row[0] for row in cursor.fetchall()]


def stopped_campaigns() -> list[UUID]:
    """Campaigns of which nothing may be handed over now."""
    return list(Campaign.objects.filter(status__in=STOPPED).values_list("id", flat=True))


class StoppedLately:
    """`stopped_campaigns`, asked at most once a second: a worker asks before each small group.

    A campaign that is paused or canceled stops within five seconds.
    """

    GOOD_FOR_SECONDS = 1.0

    def __init__(self) -> None:
        self._known: list[UUID] = []
        self._asked_at = float("-inf")

    def __call__(self) -> list[UUID]:
        if time.monotonic() - self._asked_at > self.GOOD_FOR_SECONDS:
            self._known = stopped_campaigns()
            self._asked_at = time.monotonic()
        return self._known
