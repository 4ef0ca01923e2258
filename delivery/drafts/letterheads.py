"""Senders with their DKIM keys loaded."""

from functools import lru_cache

from compliance.models import DkimKey, Sender, SenderCertificate
from delivery.drafts.draft import Letterhead
from delivery.wire.dkim import Signer
from delivery.wire.headers import mailbox
from delivery.wire.smime import Seal
from tenancy import clock
from tenancy.keyring import current_keys


def letterhead_of(sender: Sender) -> Letterhead:
    """What the messages of this sender carry."""
    domain = sender.domain
    keys = DkimKey.objects.filter(domain=domain, signs_since__isnull=False, retired_at=None)
    return Letterhead(
        mailbox(sender.display_name, sender.address),
        domain.domain,
        tuple(
            _signer(domain.domain, key.selector, key.private_key)
            for key in keys.order_by("-algorithm")
        ),
        current_keys().derive("return-path"),
        _seal_of(sender),
    )


def _seal_of(sender: Sender) -> Seal | None:
    kept = SenderCertificate.objects.filter(sender=sender.pk, expires_at__gt=clock.now()).first()
    return _seal(kept.chain, kept.private_key) if kept else None


@lru_cache(maxsize=256)
def _signer(domain: str, selector: str, pem: bytes) -> Signer:
    """Loading a key costs as much as two hundred signatures with it."""
    return Signer.from_pem(domain, selector, pem)


@lru_cache(maxsize=256)
def _seal(chain: str, key: bytes) -> Seal:
    return Seal.from_pem(chain, key)
