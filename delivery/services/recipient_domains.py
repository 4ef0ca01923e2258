"""Keeping the name of each recipient domain once, beside the index that every message carries."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from delivery.models import RecipientDomain
from tenancy import clock
from tenancy.keyring import current_keys

# A row in use is written at most this often.
FRESH_FOR = timedelta(days=1)


def domain_in(address: object) -> str:
    """The part behind the @ as it is written; "" for none."""
    return str(address or "").rpartition("@")[2].lower()


def keep(domains: Iterable[str]) -> dict[str, bytes]:
    """The index of each domain, which can be named by it from now on."""
    keys, now = current_keys(), clock.now()
    indexes = {domain: keys.blind_index("delivery.domain", domain) for domain in set(domains)}
    kept = RecipientDomain.objects.filter(domain_index__in=list(indexes.values()))
    fresh = set(kept.filter(seen_at__gt=now - FRESH_FOR).values_list("domain_index", flat=True))
    stale = {domain: index for domain, index in indexes.items() if index not in fresh}
    if stale:
        rows = [
            RecipientDomain(domain_index=index, domain=domain, seen_at=now)
            for domain, index in sorted(stale.items())
        ]
        RecipientDomain.objects.bulk_create(rows, ignore_conflicts=True)
        kept.filter(seen_at__lte=now - FRESH_FOR).update(seen_at=now)
    return indexes


def ids(domains: Iterable[str]) -> dict[str, UUID]:
    """What may stand in an address of a page, for each domain that is known."""
    keys = current_keys()
    names = {keys.blind_index("delivery.domain", domain): domain for domain in domains}
    found = RecipientDomain.objects.filter(domain_index__in=list(names))
    return {names[each.domain_index]: each.pk for each in found.only("pk", "domain_index")}


def named(indexes: Iterable[bytes]) -> dict[bytes, str]:
    """The domain behind each index that is still known."""
    found = RecipientDomain.objects.filter(domain_index__in=list(indexes))
    return {each.domain_index: each.domain for each in found}
