"""System checks: a production that would send or show PHI without protection does not start."""

import ssl

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

APPROVED = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}
UNSAFE_SOURCES = {"'unsafe-inline'", "'unsafe-eval'", "*"}


@register(Tags.security, deploy=True)
def check_transport(**_scope: object) -> list[CheckMessage]:
    """What `check --deploy` must find before the service may run for real."""
    found = [
        (
            settings.PUBLIC_SCHEME != "https",
            "E001",
            "Pages are not served over TLS.",
            "Set PUBLIC_SCHEME=https.",
        ),
        (
            not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE),
            "E002",
            "Cookies may travel without TLS.",
            "Leave SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE on.",
        ),
        (
            settings.DELIVERY_ALLOW_LOOPBACK,
            "E003",
            "TLS is not required for outgoing mail to this machine: the sandbox is on.",
            "Unset DELIVERY_ALLOW_LOOPBACK.",
        ),
        (
            bool(settings.DELIVERY_ZONE_FILE or settings.DELIVERY_CA_FILE),
            "E004",
            "Outgoing mail trusts the sandbox's names or certificates.",
            "Unset DELIVERY_ZONE_FILE and DELIVERY_CA_FILE.",
        ),
        (settings.DEBUG, "E005", "Error pages would show PHI.", "Unset DEBUG."),
    ]
    return [
        Error(message, hint=hint, id=f"compliance.{number}")
        for is_wrong, number, message, hint in found
        if is_wrong
    ]


@register(Tags.security, deploy=True)
def check_ciphers(**_scope: object) -> list[CheckMessage]:
    """What mail servers and browsers may agree on with us is told by OPENSSL_CONF, outside of Python."""
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ciphers()
    others = {each["name"] for each in offered if each["protocol"] == "TLSv1.3"} - APPROVED
    if not others:
        return []
    return [
        Error(
            f"TLS 1.3 could use {', '.join(sorted(others))}, which NIST SP 800-52r2 does not name.",
            hint="Set OPENSSL_CONF to the path of config/openssl.cnf.",
            id="compliance.E028",
        )
    ]


@register(Tags.security)
def check_content_security_policy(**_scope: object) -> list[CheckMessage]:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = [name for name, sources in directives.items() if UNSAFE_SOURCES & set(sources)]
    if not loose and "default-src" in directives:
        return []
    return [
        Error(
            f"The content security policy lets foreign code run: {', '.join(loose) or 'no default'}.",
            hint="List exact sources only.",
            id="compliance.E006",
        )
    ]
