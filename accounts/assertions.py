"""A signed statement by which a system proves who it is (RFC 7523 3, SMART Backend Services).

Read in this order: size, shape, header, then the signature, then what it says. The algorithm is one
of ours and must fit the key; nothing in the header says where a key is to be found.
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from accounts.key_sets import ALGORITHMS, key_named

LONGEST = 8_000
LONGEST_HEADER = 1_000
LONGEST_LIFE = timedelta(minutes=5)
# Clocks of two systems differ a little; for what lies ahead only, never for the end.
AHEAD = timedelta(seconds=30)
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
HEADERS = frozenset({"alg", "kid", "typ"})


class Fault(StrEnum):
    """Why an assertion proves nothing. The sentence is for whoever builds the client."""

    SHAPE = "The assertion is no signed JWT of the documented shape."
    HEADER = "The header may hold alg (RS384 or ES384), kid and typ, and nothing else."
    UNKNOWN = "The client, its key or the signature is not known."
    SUBJECT = "iss and sub must both be the client id."
    AUDIENCE = "aud must be the address of the token endpoint."
    TIME = "exp must lie ahead, by five minutes at most; iat and nbf must not."
    REUSED = "jti must be new for each request, 1 to 255 characters."


class AssertionRefused(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Assertion:
    """Read, and not yet believed."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str:
        return str(self.header["kid"])


def read(text: str) -> Assertion:
    """Size, shape and header. Raises AssertionRefused."""
    found = COMPACT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or len(found[1]) > LONGEST_HEADER:
        raise AssertionRefused(Fault.SHAPE)
    header, claims = _json(found[1]), _json(found[2])
    is_known = header.keys() <= HEADERS and header.get("alg") in list(ALGORITHMS)
    if not is_known or header.get("typ", "JWT") != "JWT" or not isinstance(header.get("kid"), str):
        raise AssertionRefused(Fault.HEADER)
    return Assertion(text, header, claims)


def client_of(assertion: Assertion) -> UUID:
    """Whose it says it is. Raises AssertionRefused."""
    try:
        client_id = UUID(str(assertion.claims.get("iss")))
    except ValueError:
        raise AssertionRefused(Fault.SUBJECT) from None
    if assertion.claims.get("sub") != str(client_id) or assertion.claims["iss"] != str(client_id):
        raise AssertionRefused(Fault.SUBJECT)
    return client_id


def believe(
    assertion: Assertion, jwks: Mapping[str, Any], *, audience: str, now: datetime
) -> tuple[str, datetime]:
    """The id that may be used once, and until when. Raises AssertionRefused."""
    key = key_named(jwks, assertion.kid, algorithm=assertion.header["alg"])
    if key is None or not _is_signed(assertion, key):
        raise AssertionRefused(Fault.UNKNOWN)
    claims = assertion.claims
    if claims.get("aud") not in (audience, [audience]):
        raise AssertionRefused(Fault.AUDIENCE)
    expires_at = _moment(claims.get("exp"))
    if not now < expires_at <= now + LONGEST_LIFE:
        raise AssertionRefused(Fault.TIME)
    for begin in ("iat", "nbf"):
        if begin in claims and _moment(claims[begin]) > now + AHEAD:
            raise AssertionRefused(Fault.TIME)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 255:
        raise AssertionRefused(Fault.REUSED)
    return jti, expires_at


def _is_signed(assertion: Assertion, key: RSAKey | ECKey) -> bool:
    try:
        jws.deserialize_compact(assertion.text, key, algorithms=[assertion.header["alg"]])
    except (JoseError, ValueError):
        return False
    return True


def _json(part: str) -> dict[str, Any]:
    try:
        decoded = urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
        found = json.loads(decoded, object_pairs_hook=_each_once, parse_constant=_refuse)
    except (binascii.Error, ValueError, RecursionError):
        raise AssertionRefused(Fault.SHAPE) from None
    if not isinstance(found, dict):
        raise AssertionRefused(Fault.SHAPE)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two members with one name, two readers might believe different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _moment(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise AssertionRefused(Fault.TIME)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise AssertionRefused(Fault.TIME) from None
