"""Valid rows of compliance: an agreement in force, a domain whose records are seen."""

from audit.services import Actor
from compliance import platform, queries
from compliance import services as compliance
from compliance.agreement_text import fingerprint
from compliance.domain_records import records_for
from compliance.models import Agreement, DkimKey, SenderDomain
from compliance.purposes import Purpose
from compliance.services import dkim_keys
from tenancy import clock

OPERATOR = Actor(kind="operator", id="operator", name="Olga Operator")
OWNER = Actor(kind="user", id="owner", name="Omar Owner")


def sign(permitted_purposes: list[str] | None = None, *, actor: Actor = OWNER) -> Agreement:
    purposes = Purpose.values if permitted_purposes is None else permitted_purposes
    text = queries.text_on_offer(purposes)
    signature = compliance.Signature("Omar Owner", "Managing partner", "203.0.113.7", actor)
    return compliance.sign_agreement(
        signature, permitted_purposes=purposes, text_hash=fingerprint(text)
    )


def agreement_in_force(permitted_purposes: list[str] | None = None) -> Agreement:
    """Signed by the clinic, countersigned by the platform."""
    signature = compliance.Signature("Olga Operator", "Compliance", "198.51.100.9", OPERATOR)
    return compliance.countersign(sign(permitted_purposes), signature)


def published(domain: SenderDomain) -> dict[tuple[str, str], tuple[str, ...]]:
    """The DNS as it looks when every record of the domain was made as shown."""
    records = records_for(dkim_keys.names_of(domain), platform.names())
    return {
        (record.name, record.type): (record.value or "v=STSv1; id=20261123",) for record in records
    }


def sign_with(domain: SenderDomain, pem: bytes) -> None:
    """The domain's mail is signed with this key alone, under the selector s1."""
    DkimKey.objects.filter(domain=domain).delete()
    DkimKey.objects.create(
        domain=domain,
        algorithm="rsa",
        selector="s1",
        public_key="x",
        private_key=pem,
        signs_since=clock.now(),
    )


def verified_domain(name: str = "news.elmstreet.example") -> SenderDomain:
    domain = compliance.add_domain(name, actor=OWNER)
    zone = published(domain)
    return compliance.check_domain(domain, lambda name, kind: zone.get((name, kind), ()))
