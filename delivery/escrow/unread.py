"""Messages that reached nobody: what a clinic has to tell in another way."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from delivery.models import EscrowItem
from tenancy import clock

# After the second reminder: whoever has not come by then will hardly come.
UNREAD_AFTER = timedelta(days=14)
# Staff see what expired unread for as long as they may look away.
EXPIRED_SHOWN_FOR = timedelta(days=30)
Status = EscrowItem.Status


def unread() -> QuerySet[EscrowItem]:
    """What has waited for two weeks, or went unread within the month, oldest first."""
    now = clock.now()
    waits = Q(status=Status.WAITING, deposited_at__lte=now - UNREAD_AFTER)
    went = Q(status=Status.EXPIRED, read_at=None, expires_at__gt=now - EXPIRED_SHOWN_FOR)
    found: QuerySet[EscrowItem] = EscrowItem.objects.filter(waits | went)
    return found.order_by("deposited_at")
