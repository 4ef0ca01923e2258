"""The one door for outgoing web requests: whoever names an address must not reach our own network.

The name is resolved once, every address it has must be public, and the connection goes to the address
that was checked, under a certificate for the name. Redirects, proxies and the environment are not
followed; time and size are bounded over the whole exchange. See docs/adr.
"""

import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from tenancy import web_address
from tenancy.errors import DomainError
from tenancy.public_address import is_public
from tenancy.timed_socket import TimedSocket, TooManyBytes
from tenancy.web_address import WebAddress

SECONDS = 5.0
# One silent address must not use up the time of the next.
SECONDS_TO_CONNECT = 2.0
LONGEST_BODY = 64 * 1024
# What a server may write around the body: status line, headers, chunk sizes.
LONGEST_FRAME = 32 * 1024
MOST_ADDRESSES = 3
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,4000}")
# Written by the door alone: a second one of these would let two readers see two requests.
OWN_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding", "user-agent"})


class Failure(StrEnum):
    """Why an address that may be called did not answer. None of these says what lies inside."""

    NOT_REACHED = "not_reached"  # no such name, no public address, or nobody listens: all alike
    NOT_TRUSTED = "not_trusted"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    NOT_HTTP = "not_http"


SENTENCES = {
    Failure.NOT_REACHED: "No public server answers at this address.",
    Failure.NOT_TRUSTED: "The server has no valid certificate for this name.",
    Failure.TOO_SLOW: "The server took longer than five seconds.",
    Failure.TOO_LARGE: "The server answered more than 64 KB.",
    Failure.REDIRECTED: "The server points to another address. Give that one.",
    Failure.NOT_HTTP: "The server did not answer as a web server.",
}


class FetchFailed(DomainError):
    """There is no answer to use; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(SENTENCES[failure])
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; never a redirect."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


def system_trust() -> ssl.SSLContext:
    """The system's authorities. Made by hand: the short way would write keys to SSLKEYLOGFILE."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.hostname_checks_common_name = False
    context.load_default_certs()
    return context


@dataclass(frozen=True)
class Door:
    """How names become addresses, which of them count as public, and whose word is trusted.

    `resolve` gives the addresses of a name, or none. Only tests open a door with other answers.
    """

    resolve: Callable[[str], Sequence[str]]
    trust: ssl.SSLContext = field(default_factory=system_trust)
    may_reach: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset({443})
    seconds: float = SECONDS

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises WebAddressRefused before anything happened, or FetchFailed."""
        return self._exchange("GET", url, headers or {}, b"")

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises WebAddressRefused before anything happened, or FetchFailed: then it may have arrived."""
        return self._exchange("POST", url, headers or {}, body)

    def refuse_unless_public(self, url: str) -> None:
        """For a form that takes an address: whether the door would call it now."""
        self._addresses(web_address.read(url, ports=self.ports))

    def _exchange(self, verb: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        where = web_address.read(url, ports=self.ports)
        request = _written(verb, where, headers, body)
        deadline = time.monotonic() + self.seconds
        addresses = self._addresses(where)
        try:
            with self._connected(where, addresses, deadline) as connection:
                connection.write(request)
                return _answer(connection, verb)
        except TooManyBytes:
            raise FetchFailed(Failure.TOO_LARGE) from None
        except TimeoutError:
            raise FetchFailed(Failure.TOO_SLOW) from None
        except (OSError, HTTPException, ValueError):
            raise FetchFailed(Failure.NOT_HTTP) from None

    def _addresses(self, where: WebAddress) -> Sequence[str]:
        """One private address among public ones is enough to refuse: the next try might take it."""
        found = self.resolve(where.name)
        if not found or not all(map(self.may_reach, found)):
            raise FetchFailed(Failure.NOT_REACHED)
        return found[:MOST_ADDRESSES]

    def _connected(
        self, where: WebAddress, addresses: Sequence[str], deadline: float
    ) -> TimedSocket:
        for address in addresses:
            try:
                return TimedSocket.connect(
                    (address, where.port), self.trust, where.name,
                    patience=SECONDS_TO_CONNECT, deadline=deadline,
                    most_bytes=LONGEST_BODY + LONGEST_FRAME,
                )  # fmt: skip
            except ssl.SSLCertVerificationError:
                raise FetchFailed(Failure.NOT_TRUSTED) from None
            except OSError:
                continue
        late = time.monotonic() >= deadline
        raise FetchFailed(Failure.TOO_SLOW if late else Failure.NOT_REACHED)


def door() -> Door:
    """The product's door, as the settings name it."""
    return cast("Door", import_string(settings.FETCH_DOOR)())


def _written(verb: str, where: WebAddress, headers: Mapping[str, str], body: bytes) -> bytes:
    """The request. Raises ValueError for a header that would say more than one line."""
    lines = [
        f"{verb} {where.target} HTTP/1.1",
        f"Host: {where.host}",
        "User-Agent: Sealpost",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if verb == "POST":
        lines.append(f"Content-Length: {len(body)}")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_HEADERS:
            raise ValueError("This header is not for a caller to set.")
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError("A header is one line of ASCII.")
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _answer(connection: TimedSocket, verb: str) -> Answer:
    response = HTTPResponse(connection, method=verb)  # type: ignore[arg-type]
    response.begin()
    if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
        raise FetchFailed(Failure.REDIRECTED)
    body = response.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise FetchFailed(Failure.TOO_LARGE)
    if response.status < HTTPStatus.OK or response.length:
        raise FetchFailed(Failure.NOT_HTTP)  # another protocol, or only a part of the body
    return Answer(response.status, response.headers.get_content_type(), body)
