"""Earlier messages of a person whom a passkey, or an agreed passphrase, has told.

A list, and no key to anything on it: each message keeps its own link, its own questions and its own limits.
"""

import hmac

from compliance import queries as compliance
from delivery.escrow import factors
from delivery.escrow.factors import Strength
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowItem, EscrowVisit, PortalPasskey
from tenancy import clock
from tenancy.keyring import current_keys

MOST = 50


class NotListed(VisitEnded):
    """This visit was let in by a code and facts: those tell one message, and not the person's others."""


def may_list(visit: EscrowVisit) -> bool:
    is_told = visit.by_passkey or visit.strength == Strength.AGREED
    return visit.checked_at is not None and is_told


def listed(visit: EscrowVisit) -> list[EscrowItem]:
    """What the person can still open, newest first, as far as it needs no more than this visit showed.

    Raises NotListed.
    """
    if not may_list(visit):
        raise NotListed("Use your passkey or your passphrase to see your other messages.")
    found = EscrowItem.objects.filter(
        contact_id=visit.item.contact_id,
        status__in=EscrowItem.OPENABLE,
        expires_at__gt=clock.now(),
    )
    must_agree, shown = compliance.policy().portal_must_agree, visit.strength or 0
    items = [item for item in found.order_by("-id") if _needed(item, must_agree) <= shown]
    return items[:MOST]


def device_key(visit: EscrowVisit) -> bytes:
    """Under this a browser keeps the keys of links that it opened, to find them again from the list.

    Only a visit by passkey gets it, and it ends with the passkey. Raises NotListed.
    """
    passkey = PortalPasskey.objects.filter(contact_id=visit.item.contact_id).order_by("pk").first()
    if visit.checked_at is None or not visit.by_passkey or passkey is None:
        raise NotListed("This visit was not let in by a passkey.")
    return hmac.digest(current_keys().derive("portal-device"), passkey.pk.bytes, "sha256")


def _needed(item: EscrowItem, must_agree: bool) -> Strength:
    return factors.required(
        item.reason,
        is_specially_protected=item.is_specially_protected,
        code_is_trusted=True,
        must_agree=must_agree,
    )
