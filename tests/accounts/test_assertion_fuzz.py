"""The parser of assertions: whatever comes, it is refused in order, and only what was signed is believed."""

import json
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from accounts import assertions
from accounts.assertions import AssertionRefused

KEY = ECKey.generate_key("P-384", {"kid": "one"})
JWKS = {"keys": [KEY.as_dict(private=False)]}
CLIENT = "01a206fc-bf82-7be5-9747-3d1552c04310"
URL = "https://api.example/oauth/token"
NOW = int(time.time())
CLAIMS = {"iss": CLIENT, "sub": CLIENT, "aud": URL, "exp": NOW + 200, "jti": "a"}
GOOD = jwt.encode({"alg": "ES384", "kid": "one"}, CLAIMS, KEY, algorithms=["ES384"])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)
names = st.sampled_from(
    ["alg", "kid", "typ", "crit", "jku", "iss", "sub", "aud", "exp", "jti", "iat", "b64"]
)
objects = st.dictionaries(names | st.text(max_size=5), values, max_size=8)
headers = st.one_of(objects, objects.map(lambda more: {"alg": "ES384", "kid": "one"} | more))
claims = st.one_of(objects, objects.map(lambda more: CLAIMS | more))
signatures = st.binary(max_size=120)


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@st.composite
def compact(draw):
    """Three parts, each near to what is expected."""
    head, body = (json.dumps(draw(part)).encode() for part in (headers, claims))
    return ".".join(map(encoded, (head, body, draw(signatures))))


@st.composite
def altered(draw):
    """The good one with a piece cut out, doubled or replaced."""
    begin = draw(st.integers(0, len(GOOD)))
    end = draw(st.integers(begin, min(len(GOOD), begin + 40)))
    piece = draw(st.text(alphabet="ABab01-_.=+/ \n\x00é", max_size=40))
    return GOOD[:begin] + piece + GOOD[end:]


def judge(text: str) -> bool:
    """Whether it was believed; anything but a refusal in order is a fault of ours."""
    try:
        read = assertions.read(text)
        client = assertions.client_of(read)
        assertions.believe(read, JWKS, audience=URL, now=datetime.fromtimestamp(NOW, UTC))
    except AssertionRefused:
        return False
    assert str(client) == CLIENT
    return True


def check(text: str) -> None:
    assert judge(text) == (text == GOOD)


inputs = st.one_of(st.text(max_size=300), compact(), altered())


def test_the_good_one_is_believed():
    assert judge(GOOD)


@given(inputs)
@example("." * 9_000)
@example(f"{encoded(b'[' * 700)}.{encoded(b'{}')}.AA")
@example(f"{encoded(b'NaN')}.{encoded(b'NaN')}.AA")
@settings(max_examples=300, deadline=None)
def test_nothing_but_the_signed_one_is_believed(text):
    check(text)


@given(claims)
@settings(max_examples=60, deadline=None)
def test_signed_claims_are_believed_only_if_they_say_what_they_must(said):
    body = json.dumps(said).encode()
    signed = jws.serialize_compact({"alg": "ES384", "kid": "one"}, body, KEY, algorithms=["ES384"])
    is_complete = (
        said.get("iss") == said.get("sub") == CLIENT
        and said.get("aud") in (URL, [URL])
        and isinstance(said.get("exp"), int | float)
        and not isinstance(said.get("exp"), bool)
        and NOW < said["exp"] <= NOW + 300
        and isinstance(said.get("jti"), str)
        and 1 <= len(said["jti"]) <= 255
    )
    assert judge(signed) <= is_complete


@pytest.mark.prove
@given(inputs)
@settings(max_examples=60_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_but_the_signed_one_is_believed_at_volume(text):
    check(text)
