"""An OAuth2 client with key pairs of its own, as a hospital's system would be one."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from ipaddress import IPv6Address

from django.conf import settings
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from accounts.services import api_keys
from audit.services import SYSTEM
from tenancy.origins import url_on
from tests.integrations.client import right

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS = {
    "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ec": ECKey.generate_key("P-384", {"kid": "ec"}),
}
ALGORITHMS = {"rsa": "RS384", "ec": "ES384"}
JWKS = {"keys": [key.as_dict(private=False) for key in KEYS.values()]}
DROPPED = object()


def make_client(*scopes, jwks_url="", networks=()):
    """A client with both public keys, allowed at once. For the scope of a tenant."""
    key = api_keys.issue_key_pair_client(
        right(*scopes, networks=networks), jwks=JWKS, jwks_url=jwks_url, actor=SYSTEM
    )
    return _allowed(key)


def make_secret_client(*scopes):
    key, text = api_keys.issue_client(right(*scopes), actor=SYSTEM)
    return _allowed(key), text


def _allowed(key):
    key.is_allowed = True
    key.save(update_fields=["is_allowed"])
    return key


def claims_of(client_id, **changes):
    now = int(time.time())
    claims = {
        "iss": str(client_id),
        "sub": str(client_id),
        "aud": url_on("api", "/oauth/token"),
        "exp": now + 240,
        "jti": secrets.token_hex(16),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not DROPPED}


def assertion(client_id, *, key="ec", header=None, **changes):
    """A signed assertion; `changes` replace claims or, with DROPPED, leave them out."""
    head = {"alg": ALGORITHMS[key], "kid": key, "typ": "JWT", **(header or {})}
    head = {name: value for name, value in head.items() if value is not DROPPED}
    return jwt.encode(head, claims_of(client_id, **changes), KEYS[key], algorithms=[head["alg"]])


def confused(client_id):
    """Signed with HS256, the public key taken for the shared secret."""
    public = KEYS["rsa"].as_pem(private=False)
    head = {"alg": "HS256", "kid": "rsa"}
    signed = f"{segment(head)}.{segment(claims_of(client_id))}"
    return f"{signed}.{encoded(hmac.digest(public, signed.encode(), 'sha256'))}"


def segment(value):
    return encoded(json.dumps(value).encode())


def encoded(value):
    return urlsafe_b64encode(value).decode().rstrip("=")


def browser(address=""):
    """At an address of its own, so that other tests do not use up its rate."""
    address = address or str(IPv6Address(secrets.randbits(128)))
    return Client(headers={"host": settings.HOSTS["api"]}, REMOTE_ADDR=address)


def ask(form, *, path="/oauth/token", address="", **headers):
    form = {"grant_type": "client_credentials", **form}
    return browser(address).post(
        path,
        "&".join(f"{name}={value}" for name, value in form.items()),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


def ask_with(text, *, address="", **form):
    proof = {"client_assertion_type": BEARER, "client_assertion": text}
    return ask({**proof, **form}, address=address)
