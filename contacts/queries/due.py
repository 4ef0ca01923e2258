"""What waits for a worker."""

from uuid import UUID

from django.db import connection
from django.db.models import Q

from contacts.models import ContactExport, ImportRun
from tenancy import clock


def tenants_with_imports() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id FROM kernel.due_imports()")
        return [row[0] for row in cursor.fetchall()]


def due_imports() -> list[UUID]:
    """Runs of this tenant that no worker holds, oldest first."""
    due = ImportRun.objects.filter(
        Q(lease_expires_at=None) | Q(lease_expires_at__lt=clock.now()),
        status__in=ImportRun.AT_WORK,
    )
    return list(due.order_by("created_at").values_list("id", flat=True))


def tenants_with_exports() -> list[UUID]:
    """Those with a file to write or to delete."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id FROM kernel.due_exports()")
        return [row[0] for row in cursor.fetchall()]


def due_exports() -> list[UUID]:
    """Files of this tenant that no worker writes, oldest first."""
    due = ContactExport.objects.filter(
        Q(lease_expires_at=None) | Q(lease_expires_at__lt=clock.now()),
        status=ContactExport.Status.QUEUED,
    )
    return list(due.order_by("created_at").values_list("id", flat=True))
