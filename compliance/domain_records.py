"""DNS records of a sender domain: which to publish, and where else they may be found.

Sources: RFC 6376 and 8463 (DKIM), 7208 (SPF), 9989 (DMARC), 5321 5.1 and 7505 (MX), 8461 (MTA-STS),
8460 (TLS reports).
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import TextChoices

from compliance.bounce_policy import announcement


class Question(NamedTuple):
    name: str
    kind: str


class RecordKind(TextChoices):
    DKIM = "dkim", "DKIM"
    DKIM_ED25519 = "dkim_ed25519", "DKIM, second signature"
    NEXT_DKIM = "next_dkim", "Next DKIM key"
    NEXT_DKIM_ED25519 = "next_dkim_ed25519", "Next DKIM key, second signature"
    SPF = "spf", "SPF"
    DMARC = "dmarc", "DMARC"
    RETURN_PATH = "return_path", "Bounces"
    OWN_MAIL = "own_mail", "Mail to the domain"
    TLS_REPORTS = "tls_reports", "TLS reports"
    MTA_STS = "mta_sts", "MTA-STS"
    BOUNCE_POLICY_HOST = "bounce_policy_host", "Bounces, policy"
    BOUNCE_POLICY = "bounce_policy", "Bounces, MTA-STS"


# Before the name of a sender domain: where its mail comes back to.
BOUNCES = "bounce."
# Without these receivers refuse bulk mail; the others make it safer.
REQUIRED = frozenset(
    {
        RecordKind.DKIM,
        RecordKind.SPF,
        RecordKind.DMARC,
        RecordKind.RETURN_PATH,
        RecordKind.OWN_MAIL,
    }
)
KEYS = frozenset(
    {
        RecordKind.DKIM,
        RecordKind.DKIM_ED25519,
        RecordKind.NEXT_DKIM,
        RecordKind.NEXT_DKIM_ED25519,
    }
)


class Record(NamedTuple):
    """One record to publish; without a value, one that only the domain's own mail servers can have."""

    kind: RecordKind
    name: str
    type: str
    value: str

    @property
    def question(self) -> Question:
        return Question(self.name, self.type)

    @property
    def mark(self) -> str:
        """What a finding is kept under: a key stays itself when it begins to sign."""
        return self.name.partition(".")[0] if self.kind in KEYS else self.kind.value

    @property
    def is_required(self) -> bool:
        return self.kind in REQUIRED


@dataclass(frozen=True, slots=True)
class Platform:
    """The names of this installation that customers' records point to."""

    bounce_host: str
    spf_mechanism: str
    dmarc_reports: str
    policy_host: str


class PublishedKey(NamedTuple):
    """The public half of a DKIM key; `public_key` is the base64 behind p= (RFC 6376 3.6.1)."""

    kind: RecordKind
    algorithm: str
    selector: str
    public_key: str


@dataclass(frozen=True, slots=True)
class DomainNames:
    """A sender domain with the keys that sign for it, or soon will."""

    domain: str
    keys: tuple[PublishedKey, ...]

    @property
    def return_path(self) -> str:
        """SPF is checked here (RFC 7208 2.4), aligned with the domain in relaxed mode."""
        return f"{BOUNCES}{self.domain}"


def records_for(names: DomainNames, platform: Platform) -> tuple[Record, ...]:
    """The records to publish, in the order in which they are best made."""
    policy = f"v=DMARC1; p=quarantine; rua=mailto:{platform.dmarc_reports}"
    reports = f"v=TLSRPTv1; rua=mailto:tls-reports@{names.return_path}"
    return (
        *(_key_record(key, names.domain) for key in names.keys),
        Record(RecordKind.SPF, names.return_path, "TXT", f"v=spf1 {platform.spf_mechanism} -all"),
        Record(RecordKind.RETURN_PATH, names.return_path, "MX", f"10 {platform.bounce_host}"),
        Record(RecordKind.DMARC, f"_dmarc.{names.domain}", "TXT", policy),
        Record(RecordKind.OWN_MAIL, names.domain, "MX", ""),
        Record(RecordKind.TLS_REPORTS, f"_smtp._tls.{names.domain}", "TXT", reports),
        Record(RecordKind.MTA_STS, f"_mta-sts.{names.domain}", "TXT", ""),
        Record(
            RecordKind.BOUNCE_POLICY_HOST,
            f"mta-sts.{names.return_path}",
            "CNAME",
            platform.policy_host,
        ),
        Record(
            RecordKind.BOUNCE_POLICY,
            f"_mta-sts.{names.return_path}",
            "TXT",
            announcement(platform.bounce_host),
        ),
    )


def _key_record(key: PublishedKey, domain: str) -> Record:
    name = f"{key.selector}._domainkey.{domain}"
    return Record(key.kind, name, "TXT", f"v=DKIM1; k={key.algorithm}; p={key.public_key}")


class Slip(NamedTuple):
    """A place where a record ends up by mistake, and what to do then."""

    name: str
    advice: str


def slips(record: Record) -> tuple[Slip, ...]:
    """Where the record lands when a DNS service appends the zone, or a person picks the parent."""
    zones = _zones_above(record.name)
    doubled = [
        Slip(
            f"{record.name}.{zone}",
            f"The record is at {record.name}.{zone}: your DNS service adds the domain by itself. "
            f"Enter only {record.name.removesuffix('.' + zone)} as the name.",
        )
        for zone in zones
    ]
    if record.kind != RecordKind.SPF:
        return tuple(doubled)
    advice = f"The record is at {zones[0]}. Receivers look at {record.name}: add it there as well."
    return (*doubled, Slip(zones[0], advice))


def inherited_names(record: Record) -> tuple[str, ...]:
    """The parents whose DMARC policy also covers the domain (RFC 9989, tree walk)."""
    if record.kind != RecordKind.DMARC:
        return ()
    return tuple(f"_dmarc.{parent}" for parent in _zones_above(record.name)[1:])


def questions_if_missing(record: Record) -> tuple[Question, ...]:
    """What to ask once the record is not where it belongs."""
    names = (*inherited_names(record), *(slip.name for slip in slips(record)))
    return tuple(Question(name, record.type) for name in names)


def _zones_above(name: str) -> tuple[str, ...]:
    """`_dmarc.news.elm.example` -> `news.elm.example`, `elm.example`."""
    labels = name.split(".")
    tails = (".".join(labels[depth:]) for depth in range(1, len(labels) - 1))
    return tuple(tail for tail in tails if not tail.startswith("_"))
