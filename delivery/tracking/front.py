"""In front of Django: what a mailbox asks for most is answered without sessions, middleware or a query.

Everything that is not a plain request for a link or dot of ours goes on to Django, whose views of the
same addresses say in words what is wrong.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from accounts.http import address_in
from delivery.tracking import door, machines
from delivery.tracking.tokens import TokenBroken
from tenancy.keyring import KeyUnavailable

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

HOST = settings.HOSTS["links"]
METHODS = frozenset({"GET", "HEAD"})
MOST_DIGITS = 4
# What is known of agents stands in their first words; ten thousand of them are remembered.
LONGEST_AGENT = 400

# As on every other page, but a picture may be shown by a mailbox's own page.
COMMON = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
if settings.SECURE_HSTS_SECONDS:
    _hsts = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    COMMON.append(("Strict-Transport-Security", _hsts))
REDIRECT = [*COMMON, ("Cross-Origin-Resource-Policy", "same-origin"), ("Content-Length", "0")]
PICTURE = [
    *COMMON,
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Content-Type", "image/gif"),
    ("Content-Length", str(len(door.DOT))),
]


class Front:
    """A WSGI application around Django's."""

    def __init__(self, django: Application) -> None:
        self._django = django

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        kind = path[:3]
        if (
            kind not in ("/c/", "/o/")
            or environ["REQUEST_METHOD"] not in METHODS
            or environ.get("HTTP_HOST", "").partition(":")[0].lower() != HOST
        ):
            return self._django(environ, start)
        if kind == "/o/" and path.endswith(".gif"):
            return _picture(environ, start, path[3:-4])
        return self._redirect(environ, start, *path[3:].partition("/")[::2])

    def _redirect(self, environ: Environ, start: Start, token: str, number: str) -> Iterable[bytes]:
        if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
            return self._django(environ, start)
        method = environ["REQUEST_METHOD"]
        try:
            target = door.follow(token, int(number), method=method, sign=sign_of(environ))
        except (TokenBroken, KeyUnavailable, DatabaseError):
            close_old_connections()
            return self._django(environ, start)
        start("302 Found", [*REDIRECT, ("Location", target)])
        return []


def _picture(environ: Environ, start: Start, token: str) -> Iterable[bytes]:
    method = environ["REQUEST_METHOD"]
    try:
        door.load(token, method=method, sign=sign_of(environ))
    except DatabaseError:
        close_old_connections()
    start("200 OK", PICTURE)
    return [door.DOT] if method == "GET" else []


def sign_of(environ: Environ) -> int:
    """What the request's own words and its network tell of who asks."""
    agent = environ.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT]
    return machines.sign_of(agent, address_in(environ))
