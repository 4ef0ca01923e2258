"""Which addresses are ours, and which message they stand for. Everything else is refused at RCPT."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from compliance import platform
from compliance.domain_records import BOUNCES
from delivery.inbound import tokens, wording
from delivery.inbound.tokens import TokenBroken, Way
from delivery.models import InboundMail, Message
from tenancy import clock
from tenancy.keyring import KeyUnavailable
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope, tenant_scope

Mailbox = InboundMail.Mailbox

# Queues of mail servers end after five days; an answer to a message comes later, and who wants to stop it
# may look for an old one.
GOOD_FOR = {
    Way.BOUNCE: timedelta(days=45),
    Way.REPLY: timedelta(days=400),
    Way.UNSUBSCRIBE: timedelta(days=400),
}
BOXES = {
    Way.BOUNCE: Mailbox.RETURN_PATH,
    Way.REPLY: Mailbox.REPLY,
    Way.UNSUBSCRIBE: Mailbox.UNSUBSCRIBE,
}
ROLES = {
    "abuse": Mailbox.ABUSE,
    "postmaster": Mailbox.POSTMASTER,
    "tls-reports": Mailbox.TLS_REPORTS,
}
# RFC 5965 reports hide addresses as they like: our own are found wherever they stand.
TOKEN_INSIDE = re.compile(r"\bb\+([0-9a-z]{48})@bounce\.([a-z0-9.-]{3,250})")
LOOKED_AT = 262_144
# Each costs a look at the database, and anybody may write to us.
MOST_NAMED = 20


class NotOurs(Exception):
    """No such address here. `str()` is the answer to the server."""


@dataclass(frozen=True)
class Destination:
    """Whose mail it is. Without a tenant, its content has to say."""

    mailbox: Mailbox
    tenant_id: UUID | None
    message_id: UUID | None = None
    system_mail_id: UUID | None = None


def destination_of(address: str, mail_from: str) -> Destination:
    """Where mail to this address goes. Raises NotOurs."""
    local, _, domain = address.lower().rpartition("@")
    if domain == settings.PLATFORM_BOUNCE_HOST and local in {"abuse", "postmaster"}:
        return Destination(Mailbox.ABUSE, None)
    if domain == platform.return_domain():
        return _of_the_service(local, mail_from)
    tenants = _tenants_of(domain)
    if not tenants:
        raise NotOurs("550 5.7.1 We take no mail for this domain")
    if local in ROLES:
        return Destination(ROLES[local], tenants[0])
    letter, plus, token = local.partition("+")
    if not plus or letter not in set(Way):
        raise NotOurs("550 5.1.1 No such address")
    if letter == Way.BOUNCE:
        _refuse_all_but_reports(mail_from)
    return _of_message(Way(letter), token, tenants)


def _of_the_service(local: str, mail_from: str) -> Destination:
    """Mail to where the service's own mail comes back; the proof is of the platform's keys."""
    if local in ROLES:
        whose = PLATFORM_TENANT_ID if ROLES[local] is Mailbox.TLS_REPORTS else None
        return Destination(ROLES[local] if whose else Mailbox.ABUSE, whose)
    letter, plus, token = local.partition("+")
    if not plus or letter != Way.BOUNCE:
        raise NotOurs("550 5.1.1 No such address")
    _refuse_all_but_reports(mail_from)
    with platform_scope():
        try:
            mail_id = tokens.message_of(Way.BOUNCE, token)
        except TokenBroken:
            raise NotOurs("550 5.1.1 No such address") from None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tenant FROM kernel.tenant_of_system_mail(%s, %s)",
                [mail_id, clock.now() - GOOD_FOR[Way.BOUNCE]],
            )
            found = cursor.fetchone()
    if found is None:
        raise NotOurs("550 5.1.6 The message is too old")
    return Destination(Mailbox.RETURN_PATH, found[0], system_mail_id=mail_id)


def named_inside(content: bytes) -> Destination:
    """Whose message a complaint is about, by our own return path in it. Raises NotOurs."""
    for token, domain in _return_paths(content):
        try:
            inside = _of_message(Way.BOUNCE, token, _tenants_of(f"{BOUNCES}{domain}"))
        except NotOurs:
            continue
        return Destination(Mailbox.ABUSE, inside.tenant_id, inside.message_id)
    raise NotOurs("550 5.7.1 The report names no message of ours")


def message_inside(content: bytes) -> UUID | None:
    """The same of a complaint that came to the tenant in scope; None if no message of its is named."""
    for token, _ in _return_paths(content):
        try:
            return tokens.message_of(Way.BOUNCE, token)
        except TokenBroken:
            continue
    return None


def _return_paths(content: bytes) -> list[tuple[str, str]]:
    """Token and domain of the first that stand in it, each once."""
    found = TOKEN_INSIDE.findall(content[:LOOKED_AT].lower().decode("ascii", "replace"))
    return [(token, domain.rstrip(".-")) for token, domain in dict.fromkeys(found)][:MOST_NAMED]


def _of_message(way: Way, token: str, tenants: list[UUID]) -> Destination:
    """Raises NotOurs, or KeyUnavailable if it may be of a workspace whose keys are off: come again."""
    away: KeyUnavailable | None = None
    for tenant_id in tenants:
        with tenant_scope(tenant_id):
            try:
                message_id = tokens.message_of(way, token)
            except TokenBroken:
                continue
            except KeyUnavailable as off:
                away = off
                continue
            since = clock.now() - GOOD_FOR[way]
            if not Message.objects.filter(pk=message_id, created_at__gte=since).exists():
                raise NotOurs("550 5.1.6 The message is too old")
            return Destination(BOXES[way], tenant_id, message_id)
    if away:
        raise away
    raise NotOurs("550 5.1.1 No such address")


def _tenants_of(domain: str) -> list[UUID]:
    """Those that send from the domain; two may have it, and only the proof tells whose a token is."""
    if not domain.startswith(BOUNCES) or not domain.isascii():
        return []
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant FROM kernel.tenants_of_sender_domain(%s)", [domain.removeprefix(BOUNCES)]
        )
        return [row[0] for row in cursor.fetchall()]


def _refuse_all_but_reports(mail_from: str) -> None:
    """Others have no business at a return path."""
    if not wording.is_of_a_server(mail_from):
        raise NotOurs("550 5.7.1 This address takes reports of mail servers only")
