"""Which tenants have work that waits for its time: ids only, from functions that see every tenant."""

from uuid import UUID

from django.db import connection


def tenants_with_expired_requests() -> list[UUID]:
    return _tenants("SELECT kernel.tenants_with_expired_requests()")


def tenants_with_emergencies() -> list[UUID]:
    return _tenants("SELECT kernel.tenants_with_emergencies()")


def active_tenants() -> list[UUID]:
    return _tenants("SELECT kernel.active_tenants()")


def _tenants(query: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
