"""The demo's agreement, sender domain and senders, with records published in the sandbox's zone."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from audit.services import Actor
from campaigns.services import templates
from compliance import platform, queries
from compliance import services as compliance
from compliance.agreement_text import CURRENT_VERSION, compose, fingerprint
from compliance.domain_records import records_for
from compliance.models import SenderDomain
from compliance.purposes import Purpose
from compliance.services import dkim_keys, own_domain
from delivery.evidence import Observation
from delivery.services import postures
from delivery.services.postures import Lesson
from delivery.wire.levels import TlsFailure
from tenancy import clock

DOMAIN = "mail.elmstreet.example"
SENDERS = (
    ("Elm Street Clinic", "care"),
    ("Elm Street Clinic, billing", "billing"),
)
UNSAFE_DOMAINS = {
    "plainmail.example": Observation("mx.plainmail.example", TlsFailure.NOT_OFFERED),
    "oldcert.example": Observation("mx.oldcert.example", TlsFailure.EXPIRED),
}
PERMITTED = [purpose for purpose in Purpose.values if purpose != Purpose.PART2]
SIGNED_AT_ADDRESS = "203.0.113.7"


def sign_agreement(owner: Actor, operator: Actor) -> None:
    """Signed by the clinic, countersigned by the platform, unless one is in force."""
    if queries.agreement_in_force() is not None:
        return
    text = compose(CURRENT_VERSION, queries.terms_for(PERMITTED))
    agreement = compliance.sign_agreement(
        compliance.Signature(owner.name, "Managing partner", SIGNED_AT_ADDRESS, owner),
        permitted_purposes=PERMITTED,
        text_hash=fingerprint(text),
    )
    signature = compliance.Signature(operator.name, "Compliance", SIGNED_AT_ADDRESS, operator)
    compliance.countersign(agreement, signature)


def prepare_senders(admin: Actor, marketer: Actor) -> None:
    domain = SenderDomain.objects.filter(domain=DOMAIN).first()
    if domain is None:
        domain = compliance.add_domain(DOMAIN, actor=admin)
        for name, local_part in SENDERS:
            compliance.add_sender(domain, display_name=name, local_part=local_part, actor=admin)
        templates.set_brand(
            postal_address="12 Elm Street, Alder Falls, ME 04101",
            websites=["www.elmstreet.example"],
            actor=marketer,
        )
    publish(domain)
    compliance.check_domain(domain, import_string(settings.COMPLIANCE_DNS), actor=admin)


def prepare_own_mail(operator: Actor) -> None:
    """The service's own mail is signed, too. For the platform's scope."""
    if own_domain.own_domain() is None:
        own_domain.make_keys(actor=operator)
    domain = own_domain.own_domain()
    if domain is not None:
        publish(domain)
        compliance.check_domain(domain, import_string(settings.COMPLIANCE_DNS), actor=operator)


def publish(domain: SenderDomain) -> None:
    """Write the domain's records into the sandbox's zone, which is made anew at each start."""
    if not settings.DELIVERY_ZONE_FILE:
        return
    path = Path(settings.DELIVERY_ZONE_FILE)
    zone = json.loads(path.read_text())
    for record in records_for(dkim_keys.names_of(domain), platform.names()):
        if not record.value:
            continue
        if record.type == "MX":
            preference, host = record.value.split()
            zone["mx"][record.name] = [[int(preference), host]]
        else:
            zone["txt"][record.name] = [record.value]
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(zone, indent=2))
    draft.replace(path)


def remember_unsafe_domains() -> None:
    """As after an earlier campaign: without it, the first one tries these again before the portal."""
    if postures.known(UNSAFE_DOMAINS):
        return
    earlier = clock.now() - timedelta(days=1)
    with transaction.atomic():
        lessons = {
            domain: Lesson(is_safe=False, observed=Counter([seen]))
            for domain, seen in UNSAFE_DOMAINS.items()
        }
        postures.remember(lessons, earlier)
