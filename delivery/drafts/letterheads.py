"""Senders with their DKIM keys loaded."""

from functools import lru_cache

from django.conf import settings

from compliance import platform, withdrawals
from compliance.models import DkimKey, Sender, SenderCertificate
from delivery.drafts.draft import Letterhead
from delivery.inbound.tokens import Way, key_of
from delivery.wire.dkim import Signer
from delivery.wire.headers import mailbox
from delivery.wire.smime import Seal
from tenancy import clock
from tenancy.scope import platform_scope


def letterhead_of(sender: Sender) -> Letterhead:
    """What the messages of this sender carry."""
    domain = sender.domain.domain
    return Letterhead(
        mailbox(sender.display_name, sender.address),
        domain,
        _signers(domain),
        key_of(Way.BOUNCE),
        _seal_of(sender),
    )


def of_the_service() -> Letterhead:
    """What the service's own mail carries, for whichever workspace it is.

    Unsigned until the records of the platform's keys were seen.
    """
    domain = platform.mail_domain()
    with platform_scope():
        return Letterhead(
            mailbox("Sealpost", settings.DELIVERY_SYSTEM_SENDER),
            domain,
            _signers(domain),
            key_of(Way.BOUNCE),
        )


def _signers(domain: str) -> tuple[Signer, ...]:
    """RSA first: more receivers know it."""
    keys = DkimKey.objects.filter(
        domain__domain=domain, signs_since__isnull=False, retired_at=None
    ).order_by("-algorithm")
    return tuple(_signer(domain, key.selector, key.private_key) for key in keys)


def _seal_of(sender: Sender) -> Seal | None:
    kept = SenderCertificate.objects.filter(sender=sender.pk, expires_at__gt=clock.now()).first()
    if kept is None:
        return None
    seal = _seal(kept.chain, kept.private_key)
    is_withdrawn = withdrawals.withdrawn_among((seal.certificate, *seal.issuers))
    return None if is_withdrawn else seal


@lru_cache(maxsize=256)
def _signer(domain: str, selector: str, pem: bytes) -> Signer:
    """Loading a key costs as much as two hundred signatures with it."""
    return Signer.from_pem(domain, selector, pem)


@lru_cache(maxsize=256)
def _seal(chain: str, key: bytes) -> Seal:
    return Seal.from_pem(chain, key)
