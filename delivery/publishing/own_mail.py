"""What the operator sees of the service's own mail: how it is signed, and what is to be published for it."""

from dataclasses import dataclass

from compliance import listings, platform
from compliance.domain_records import KEYS, RecordKind
from compliance.listings import RecordRow
from compliance.models import DkimKey
from compliance.services import own_domain
from tenancy.scope import platform_scope

# What else is asked of a sender domain is about mail to that domain, which comes nowhere here.
NEEDED = KEYS | {RecordKind.SPF, RecordKind.RETURN_PATH, RecordKind.DMARC}


@dataclass(frozen=True)
class OwnMail:
    """The domain with its records, those to fix first; none before the first keys."""

    domain: str
    records: list[RecordRow]
    former_keys: list[DkimKey]
    is_signed: bool
    has_next_keys: bool

    @property
    def to_fix(self) -> int:
        return sum(row.is_to_fix for row in self.records)


def shown() -> OwnMail:
    with platform_scope():
        domain = own_domain.own_domain()
        if domain is None:
            return OwnMail(platform.mail_domain(), [], [], is_signed=False, has_next_keys=False)
        keys = domain.keys.filter(retired_at=None)
        return OwnMail(
            domain.domain,
            [row for row in listings.record_rows(domain) if row.record.kind in NEEDED],
            listings.former_keys(domain),
            is_signed=keys.filter(signs_since__isnull=False).exists(),
            has_next_keys=keys.filter(signs_since=None).exists(),
        )
