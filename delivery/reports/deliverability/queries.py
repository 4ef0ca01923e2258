"""Reads of the days of domains: sums first, and only the names that are shown are opened."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Max, Sum

from delivery.models import DomainDay
from delivery.models.domain_day import FIGURES
from delivery.reports.deliverability.standing import Domain, Standing
from delivery.wire.addresses import AddressUnusable, a_label
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

_PEOPLE = """
SELECT domain_index, count(DISTINCT one) FROM delivery_domainday, unnest(people) AS one
WHERE tenant_id = %s::uuid AND day >= %s::timestamptz GROUP BY domain_index
"""


def since(days: int) -> datetime:
    """The beginning of the first of the last days, today among them, in UTC."""
    today = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def domains(days: int, *, counts_people: bool) -> list[Domain]:
    """Every domain that mail went to; with how many people they are where that decides what is shown."""
    first = since(days)
    rows = (
        DomainDay.objects.filter(day__gte=first)
        .values_list("domain_index")
        .annotate(Max("operator"), *(Sum(name) for name in FIGURES))
    )
    found = [
        Domain(index, operator, Standing(dict(zip(FIGURES, figures, strict=True))))
        for index, operator, *figures in rows
    ]
    if not counts_people:
        return found
    people = _people(first)
    return [replace(domain, people=people.get(domain.index, 0)) for domain in found]


def names(indexes: Collection[bytes]) -> dict[bytes, str]:
    latest = (
        DomainDay.objects.filter(domain_index__in=list(indexes))
        .order_by("domain_index", "-day")
        .distinct("domain_index")
    )
    return {row.domain_index: row.domain for row in latest}


def index_of(wanted: str) -> bytes | None:
    """Where a domain, or that of an address, is found. None for what is no domain."""
    try:
        domain = a_label(wanted.strip().rpartition("@")[2])
    except AddressUnusable:
        return None
    return current_keys().blind_index("delivery.domain", domain)


def _people(first: datetime) -> dict[bytes, int]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [current_tenant_id(), first])
        return {bytes(index): people for index, people in cursor.fetchall()}
