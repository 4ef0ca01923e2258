"""The doors to the world as the settings say, made once in a process."""

import socket
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings

from delivery.texting.gateway import Gateway
from delivery.texting.sandbox import SandboxGateway
from delivery.texting.web_gateway import WebGateway
from delivery.tls_sent.way import ReportWay
from delivery.wire.dial import Dialer
from delivery.wire.dns import Dns, ZoneFileDns
from delivery.wire.resolver import LOOKUP_SECONDS, ResolverDns
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tenancy import fetch


def fresh_dns(*, patience: float = LOOKUP_SECONDS) -> Dns:
    """The resolver of the settings with an empty cache, or the sandbox's file as it is now."""
    file = settings.DELIVERY_ZONE_FILE
    return ZoneFileDns.read(Path(file)) if file else ResolverDns(settings.DELIVERY_DNS, patience)


@cache
def dns() -> Dns:
    """The one that sending shares."""
    return fresh_dns()


@cache
def transport() -> SmtpTransport:
    """Shared by everything in the process that sends, so that sessions are kept between chunks."""
    ca_file = Path(settings.DELIVERY_CA_FILE) if settings.DELIVERY_CA_FILE else None
    dialer = Dialer(
        local_name=settings.DELIVERY_EHLO_NAME,
        contexts=Contexts.load(ca_file),
        port=settings.DELIVERY_SMTP_PORT,
        source_address=_own_address(),
    )
    return SmtpTransport(dns(), dialer, allow_loopback=settings.DELIVERY_ALLOW_LOOPBACK)


def texts() -> Gateway:
    """Where text messages leave, or the sandbox's folder for them."""
    wanted = settings.TEXT_GATEWAY
    if wanted.folder:
        return SandboxGateway(Path(wanted.folder))
    return WebGateway(wanted, fetch.door())


def _own_address() -> str | None:
    """The address that mail leaves from, if the settings name one.

    Raises ValueError or OSError where this machine has no such address: mail servers know ours by its
    name and its past, so nothing leaves from another one instead.
    """
    if not settings.DELIVERY_ADDRESS:
        return None
    address = ip_address(settings.DELIVERY_ADDRESS)
    with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET) as trial:
        trial.bind((str(address), 0))
    return str(address)


@cache
def way_of_tls_reports() -> ReportWay:
    """For reports about TLS alone, which go where TLS fails."""
    return ReportWay.beside(transport())
