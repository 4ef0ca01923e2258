"""Public keys of a system as a JSON Web Key Set (RFC 7517): which of them we believe."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tenancy.errors import DomainError

# SMART Backend Services: a server supports both, and none that shares a secret.
ALGORITHMS = {"RS384": "RSA", "ES384": "EC"}
MOST_KEYS = 10
LONGEST = 32_000
SHORTEST_RSA, LONGEST_RSA = 2048, 4096
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
KEPT = {"RSA": ("kty", "kid", "n", "e"), "EC": ("kty", "kid", "crv", "x", "y")}


class KeySetRefused(DomainError):
    """The text is no set of public keys that we believe."""


def read(text: str) -> dict[str, Any]:
    """What is kept of a key set: its public members only. Raises KeySetRefused."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise KeySetRefused(
            f'Paste a JSON Web Key Set: {{"keys": [...]}} with 1 to {MOST_KEYS} keys.'
        )
    kept = [_public(key) for key in keys]
    if len({key["kid"] for key in kept}) != len(kept):
        raise KeySetRefused("Give each key a kid of its own.")
    return {"keys": kept}


def key_named(jwks: Mapping[str, Any], kid: str, *, algorithm: str) -> RSAKey | ECKey | None:
    """The key with this id, if it is of the kind that the algorithm needs."""
    for key in jwks["keys"]:
        if key["kid"] == kid and key["kty"] == ALGORITHMS[algorithm]:
            return RSAKey.import_key(key) if key["kty"] == "RSA" else ECKey.import_key(key)
    return None


def _public(key: object) -> dict[str, str]:
    if not isinstance(key, dict) or key.get("kty") not in list(KEPT):
        raise KeySetRefused("Use RSA keys, or EC keys on the curve P-384.")
    if key.keys() & PRIVATE:
        raise KeySetRefused(
            "This holds a private key, which only your system may know. Make a new key pair, and paste "
            "the public half."
        )
    kept = {name: key.get(name) for name in KEPT[key["kty"]]}
    if not all(isinstance(value, str) and value for value in kept.values()):
        raise KeySetRefused("A key lacks one of its members, such as kid.")
    if key.get("use", "sig") != "sig" or key.get("alg", "RS384") not in list(ALGORITHMS):
        raise KeySetRefused("Keys must be for signatures, with RS384 or ES384.")
    _refuse_weak({name: str(value) for name, value in kept.items()})
    return {name: str(value) for name, value in kept.items()}


def _refuse_weak(key: dict[str, str | list[str]]) -> None:
    try:
        if key["kty"] == "RSA":
            public = RSAKey.import_key(key).public_key
            is_strong = SHORTEST_RSA <= public.key_size <= LONGEST_RSA
            is_strong = is_strong and public.public_numbers().e == 65537
        else:
            is_strong = ECKey.import_key(key).public_key.key_size == 384 and key["crv"] == "P-384"
    except (JoseError, ValueError):
        raise KeySetRefused("A key of the set cannot be read.") from None
    if not is_strong:
        raise KeySetRefused(
            f"Use RSA keys of {SHORTEST_RSA} to {LONGEST_RSA} bits with the exponent 65537, or P-384."
        )
