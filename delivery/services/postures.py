"""Remembering how well each recipient domain protects its mail."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from delivery.models import DomainPosture
from delivery.models.posture import REMEMBERED_FOR
from delivery.wire.addresses import AddressUnusable, domain_of
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

_REMEMBER = """
INSERT INTO delivery_domainposture AS known (
    id, tenant_id, domain_index, verified_at, unsafe_since, seen_at
)
SELECT id, %s::uuid, domain_index, verified_at, unsafe_since, %s::timestamptz
FROM unnest(%s::uuid[], %s::bytea[], %s::timestamptz[], %s::timestamptz[])
    AS seen (id, domain_index, verified_at, unsafe_since)
ON CONFLICT (tenant_id, domain_index) DO UPDATE SET
    verified_at = coalesce(excluded.verified_at, known.verified_at),
    unsafe_since = CASE WHEN excluded.verified_at IS NULL
        THEN coalesce(known.unsafe_since, excluded.unsafe_since) END,
    seen_at = excluded.seen_at
"""


def known(domains: Iterable[str]) -> dict[str, DomainPosture]:
    """What is remembered of these domains."""
    indexes = {_index(domain): domain for domain in domains}
    rows = DomainPosture.objects.filter(
        domain_index__in=list(indexes), seen_at__gt=clock.now() - REMEMBERED_FOR
    )
    return {indexes[row.domain_index]: row for row in rows}


def was_safe(address: str) -> bool:
    """Whether mail to the address's domain left under verified TLS not long ago."""
    try:
        domain = domain_of(address)
    except AddressUnusable:
        return False
    posture = known([domain]).get(domain)
    return posture is not None and posture.was_safe(clock.now())


def unsafe(domains: Iterable[str]) -> list[str]:
    """Those whose servers lately could not protect mail: their people get the portal."""
    return [domain for domain, posture in known(domains).items() if posture.unsafe_since]


def remember(was_verified: Mapping[str, bool], now: datetime) -> None:
    """Store what a batch of tries showed, domain by domain, in the caller's transaction."""
    domains = sorted(was_verified)
    with connection.cursor() as cursor:
        cursor.execute(
            _REMEMBER,
            [
                current_tenant_id(), now, [uuid7() for _ in domains],
                [_index(domain) for domain in domains],
                [now if was_verified[domain] else None for domain in domains],
                [None if was_verified[domain] else now for domain in domains],
            ],
        )  # fmt: skip


def _index(domain: str) -> bytes:
    return current_keys().blind_index("delivery.domain", domain)
