"""Keeping what arrived, before anybody is told that we have it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import transaction

from delivery.inbound.parts import READ_BYTES
from delivery.inbound.recipients import Destination, NotOurs, named_inside
from delivery.models import InboundMail
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope

Mailbox = InboundMail.Mailbox
# Of one message, and of an address of a role: these are written to by whoever knows the domain, and
# nobody may fill the disk.
MOST_A_DAY = {
    Mailbox.RETURN_PATH: 20,
    Mailbox.REPLY: 50,
    Mailbox.UNSUBSCRIBE: 20,
    Mailbox.ABUSE: 1_000,
    Mailbox.POSTMASTER: 200,
    Mailbox.TLS_REPORTS: 1_000,
}
DAY = timedelta(days=1)
FULL = "452 4.2.2 This address has had enough for today"


@dataclass(frozen=True)
class Arrival:
    """One mail with its envelope, as the connection brought it."""

    mail_from: str = field(repr=False)
    destinations: tuple[tuple[str, Destination], ...] = field(repr=False)
    content: bytes = field(repr=False)
    tls_version: str = ""


def keep(arrival: Arrival) -> None:
    """Commit a row for each address; the same mail once more changes nothing.

    Raises NotOurs for a complaint that names no message of ours, and for an address that had too many.
    """
    for address, destination in arrival.destinations:
        known = destination
        if known.tenant_id is None:
            known = replace(named_inside(arrival.content), mailbox=destination.mailbox)
        _keep(arrival, address.lower(), known)


def _keep(arrival: Arrival, address: str, destination: Destination) -> None:
    if destination.tenant_id is None:
        raise ValueError("mail is kept for a workspace")
    with tenant_scope(destination.tenant_id), transaction.atomic():
        _refuse_more(destination)
        seen = hashlib.sha256(address.encode() + b"\0" + arrival.content).hexdigest()
        row = InboundMail(
            mailbox=destination.mailbox,
            message_id=destination.message_id,
            system_mail_id=destination.system_mail_id,
            digest=current_keys().blind_index("inbound.mail", seen),
            mail_from=arrival.mail_from,
            content=arrival.content[:READ_BYTES],
            tls_version=arrival.tls_version,
        )
        InboundMail.objects.bulk_create([row], ignore_conflicts=True)


def _refuse_more(destination: Destination) -> None:
    lately = InboundMail.objects.filter(
        mailbox=destination.mailbox,
        message=destination.message_id,
        system_mail_id=destination.system_mail_id,
        received_at__gt=clock.now() - DAY,
    )
    if lately.count() >= MOST_A_DAY[destination.mailbox]:
        raise NotOurs(FULL)
