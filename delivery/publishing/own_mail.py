"""What the operator sees of the service's own mail: how it is signed, and what is to be published for it."""

from dataclasses import dataclass
from typing import NamedTuple

from accounts import queries, unreached
from accounts.models import UnreachedAddress
from compliance import listings, platform
from compliance.domain_records import KEYS, RecordKind
from compliance.listings import RecordRow
from compliance.models import DkimKey
from compliance.services import own_domain
from delivery.tls_reports import seen
from delivery.tls_reports.seen import Seen
from tenancy.scope import platform_scope

# What else is asked of a sender domain is about mail to that domain, which comes nowhere here.
NEEDED = KEYS | {RecordKind.SPF, RecordKind.RETURN_PATH, RecordKind.DMARC}

MOST_SHOWN = 50


class Workspace(NamedTuple):
    """A workspace, and how many addresses of its staff no mail of ours reaches; its people page says which."""

    name: str
    addresses: int


@dataclass(frozen=True)
class OwnMail:
    """The domain with its records, those to fix first; none before the first keys."""

    domain: str
    records: list[RecordRow]
    former_keys: list[DkimKey]
    is_signed: bool
    has_next_keys: bool
    unreached: list[UnreachedAddress]
    workspaces: list[Workspace]
    # How others reached us, as they report it.
    seen: Seen

    @property
    def to_fix(self) -> int:
        return sum(row.is_to_fix for row in self.records)


def shown() -> OwnMail:
    with platform_scope():
        domain = own_domain.own_domain()
        keys = DkimKey.objects.filter(domain=domain, retired_at=None)
        rows = listings.record_rows(domain) if domain else []
        return OwnMail(
            platform.mail_domain(),
            [row for row in rows if row.record.kind in NEEDED],
            listings.former_keys(domain) if domain else [],
            is_signed=keys.filter(signs_since__isnull=False).exists(),
            has_next_keys=keys.filter(signs_since=None).exists(),
            unreached=list(unreached.unreached_by_platform()[:MOST_SHOWN]),
            workspaces=_workspaces(),
            seen=seen.of_domain(platform.mail_domain()),
        )


def _workspaces() -> list[Workspace]:
    counts = unreached.workspaces_with_unreached()
    named = queries.all_workspaces().filter(pk__in=counts).order_by("name")
    return [Workspace(tenant.name, counts[tenant.id]) for tenant in named]
