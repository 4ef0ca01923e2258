from uuid import UUID

from django.db import connection

from integrations.idempotency import KEPT
from tenancy import clock


def tenants_with_old_answers() -> list[UUID]:
    """Tenants whose stored answers are due to be forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.old_api_answers(%s)", [clock.now() - KEPT])
        return [row[0] for row in cursor.fetchall()]
