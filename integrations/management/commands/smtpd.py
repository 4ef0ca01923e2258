import asyncio
import ssl
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from compliance.setting_checks import refuse_loose_settings
from delivery.inbound import listener
from delivery.inbound.doorkeeper import Doorkeeper
from delivery.inbound.serving import Listener, until_told
from integrations.submission import listener as submission
from tenancy import catalogue, hardening
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Take mail that comes back, and mail of programs that send with an API key."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_loose_settings()
        hardening.harden()
        with platform_scope(), connection.cursor() as cursor:
            catalogue.refuse_holes(cursor)
        connection.close()
        context = certificate()
        asyncio.run(until_told(settings.SMTPD_BIND, listeners(context), ready=self.say_ready))

    def say_ready(self) -> None:
        self.stdout.write("smtpd ready.")
        self.stdout.flush()


def certificate() -> ssl.SSLContext:
    """What STARTTLS shows. Raises CommandError without one: replies would come in clear."""
    if not settings.SMTPD_CERTIFICATE_FILE:
        raise CommandError("Set SMTPD_CERTIFICATE_FILE: a certificate with its key, as PEM.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.SMTPD_CERTIFICATE_FILE, settings.SMTPD_KEY_FILE or None)
    return context


def listeners(context: ssl.SSLContext) -> list[Listener]:
    """Every port of this process."""
    returns = listener.protocol(
        hostname=settings.PLATFORM_BOUNCE_HOST, tls=context, doorkeeper=Doorkeeper()
    )
    inside = Doorkeeper()
    starttls, implicit = (
        submission.protocol(
            hostname=settings.PLATFORM_SUBMISSION_HOST,
            tls=context,
            doorkeeper=inside,
            is_implicit=is_implicit,
        )
        for is_implicit in (False, True)
    )
    ports = [int(port) for port in settings.SMTPD_SUBMISSION_PORTS]
    return [
        Listener(settings.SMTPD_INBOUND_PORT, returns),
        Listener(ports[0], starttls),
        Listener(ports[1], implicit, context),
    ]
