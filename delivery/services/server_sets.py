"""Remembering which mail servers a domain named, for as long as they and their protection stay the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from delivery.evidence import observed
from delivery.models import ServerSet
from delivery.models.posture import REMEMBERED_FOR
from delivery.wire.door import Outcome
from delivery.wire.levels import NEVER_PROMISED, Level, TlsFailure
from delivery.wire.pins import Pin
from tenancy import clock
from tenancy.keyring import current_keys

# Whoever redirects a domain's mail for so long, without once failing at TLS, owns the domain.
STEADY_AFTER = timedelta(days=30)
# A row in use is written at most this often.
FRESH_FOR = timedelta(days=1)
# They tell of what was asked, and nothing of the server.
OURS = NEVER_PROMISED | {TlsFailure.NOT_PINNED}
VERIFIED = frozenset(level.name for level in Level if level >= Level.T2)


class Known(NamedTuple):
    """What is remembered of a domain."""

    mx: tuple[str, ...]
    unchanged_since: datetime
    seen_at: datetime


def after(before: Known | None, outcome: Outcome) -> Known | None:
    """What is known from now on."""
    is_verified, now = _is_verified(outcome), clock.now()
    if not outcome.mx or (before is None and is_verified is None):
        return before
    if before is None or before.mx != outcome.mx or is_verified is False:
        return Known(outcome.mx, now, now)
    if is_verified and now - before.seen_at >= FRESH_FOR:
        return before._replace(seen_at=now)
    return before


def _is_verified(outcome: Outcome) -> bool | None:
    """Whether each server that was met proved verified TLS; None if none was met."""
    shown = [each.shown for each in observed(outcome) if each.shown not in OURS]
    return all(each in VERIFIED for each in shown) if shown else None


def known(domains: Iterable[str]) -> dict[str, Known]:
    """What is remembered of these domains."""
    indexes = {_index(domain): domain for domain in domains}
    rows = ServerSet.objects.filter(
        domain_index__in=list(indexes), seen_at__gt=clock.now() - REMEMBERED_FOR
    )
    return {
        indexes[row.domain_index]: Known(tuple(row.mx), row.unchanged_since, row.seen_at)
        for row in rows
    }


def steady(known: Known | None) -> Pin | None:
    """What vouches for the servers of a domain, if nothing changed for long enough."""
    if known is None or clock.now() - known.unchanged_since < STEADY_AFTER:
        return None
    return Pin(known.mx, known.unchanged_since.date().isoformat())


@transaction.atomic
def remember(changed: Mapping[str, Known]) -> None:
    """Store them. Of two workers that differ, the one that saw a change later counts."""
    for domain, each in sorted(changed.items()):
        values = {"mx": list(each.mx), "unchanged_since": each.unchanged_since}
        row, is_new = ServerSet.objects.select_for_update().get_or_create(
            domain_index=_index(domain), defaults=values | {"seen_at": each.seen_at}
        )
        if is_new:
            continue
        is_same = tuple(row.mx) == each.mx and row.seen_at > clock.now() - REMEMBERED_FOR
        since = max(row.unchanged_since, each.unchanged_since) if is_same else each.seen_at
        row.mx, row.unchanged_since = values["mx"], since
        row.seen_at = max(row.seen_at, each.seen_at)
        row.save(update_fields=["mx", "unchanged_since", "seen_at"])


def _index(domain: str) -> bytes:
    return current_keys().blind_index("delivery.domain", domain)
