"""Signed assertions that must prove nothing, beside one that does."""

import contextlib
import json
import secrets
import threading
import time

import pytest
from django.db import connections
from joserfc import jwt
from joserfc.jwk import ECKey

from accounts.models import AccessToken, ApiKey, UsedAssertion
from audit.models import AuditEvent
from tenancy.origins import url_on
from tenancy.scope import tenant_scope
from tests.integrations import oauth_client as oauth
from tests.integrations.oauth_client import DROPPED, KEYS, encoded, segment

TOKEN_URL = url_on("api", "/oauth/token")
STRANGER = ECKey.generate_key("P-384", {"kid": "ec"})


@pytest.fixture
def client(clinic):
    return oauth.make_client("contacts.read")


def unsigned(client_id):
    return f"{segment({'alg': 'none', 'kid': 'ec'})}.{segment(oauth.claims_of(client_id))}."


def half_unsigned(client_id):
    return unsigned(client_id) + "AA"


def by_a_stranger(client_id):
    head = {"alg": "ES384", "kid": "ec"}
    return jwt.encode(head, oauth.claims_of(client_id), STRANGER, algorithms=["ES384"])


def by_another_algorithm(client_id):
    head = {"alg": "RS256", "kid": "rsa"}
    return jwt.encode(head, oauth.claims_of(client_id), KEYS["rsa"], algorithms=["RS256"])


def altered(client_id):
    head, _, signature = oauth.assertion(client_id).split(".")
    return f"{head}.{segment(oauth.claims_of(client_id))}.{signature}"


def twice_named(client_id):
    head, _, signature = oauth.assertion(client_id).split(".")
    body = json.dumps(oauth.claims_of(client_id))[:-1] + f', "iss": "{client_id}"}}'
    return f"{head}.{encoded(body.encode())}.{signature}"


FORGED = [
    unsigned, half_unsigned, oauth.confused, by_a_stranger, by_another_algorithm, altered, twice_named,
    lambda it: oauth.assertion(it, header={"kid": "unknown"}),
    lambda it: oauth.assertion(it, header={"kid": "rsa"}),
    lambda it: oauth.assertion(it, header={"kid": DROPPED}),
    lambda it: oauth.assertion(it, header={"typ": "at+jwt"}),
    lambda it: oauth.assertion(it, header={"jku": "https://evil.example/jwks.json"}),
    lambda it: oauth.assertion(it, header={"jwk": KEYS["ec"].as_dict(private=False)}),
    lambda it: oauth.assertion(it, header={"x5c": ["AA=="]}),
    lambda it: oauth.assertion(it, header={"typ": "J" * 2_000}),
    lambda it: oauth.assertion(it, jti="j" * 9_000),
    lambda _: "",
    lambda _: "a.b.c",
    lambda _: "." * 3,
    lambda _: f"{segment([1])}.{segment([2])}.AA",
    lambda it: oauth.assertion(it).replace(".", "..", 1),
    lambda it: oauth.assertion(it)[:-4],
]  # fmt: skip
WRONG = [
    {"aud": "https://other.example/oauth/token"},
    {"aud": TOKEN_URL + "/"},
    {"aud": [TOKEN_URL, "https://other.example/"]},
    {"aud": DROPPED},
    {"iss": str(secrets.token_hex(16))},
    {"iss": DROPPED},
    {"sub": "somebody"},
    {"sub": DROPPED},
    {"exp": 10**30},
    {"exp": True},
    {"exp": "tomorrow"},
    {"exp": DROPPED},
    {"jti": DROPPED},
    {"jti": ""},
    {"jti": 7},
    {"jti": "j" * 256},
]


def token_url():
    """Asked for when it is needed: a live server of an earlier test may have moved it."""
    return url_on("api", "/oauth/token")


def assert_refused(text):
    answer = oauth.ask_with(text)
    expected = (400, "invalid_request") if not text else (401, "invalid_client")
    assert (answer.status_code, answer.json()["error"]) in {expected, (401, "invalid_client")}
    assert not AccessToken.objects.exists()
    assert not UsedAssertion.objects.exists()


@pytest.mark.parametrize("forge", FORGED, ids=range(len(FORGED)))
def test_a_forged_assertion_proves_nothing(client, forge):
    assert_refused(forge(client.pk))
    assert oauth.ask_with(oauth.assertion(client.pk)).status_code == 200


@pytest.mark.parametrize("changes", WRONG, ids=map(str, range(len(WRONG))))
def test_an_assertion_that_says_something_else_proves_nothing(client, changes):
    assert_refused(oauth.assertion(client.pk, **changes))


@pytest.mark.parametrize(
    ("claim", "seconds"), [("exp", -1), ("exp", 400), ("iat", 120), ("nbf", 120)]
)
def test_an_assertion_of_another_time_proves_nothing(client, claim, seconds):
    assert_refused(oauth.assertion(client.pk, **{claim: int(time.time()) + seconds}))


def test_a_header_that_must_be_understood_is_not(client):
    head = {"alg": "ES384", "kid": "ec", "crit": ["exp"], "exp": 1}
    signed = oauth.assertion(client.pk)
    body = signed.split(".")[1]
    assert_refused(f"{segment(head)}.{body}.{signed.split('.')[2]}")


def test_a_list_with_our_address_alone_is_an_audience(client):
    assert oauth.ask_with(oauth.assertion(client.pk, aud=[token_url()])).status_code == 200


def test_an_assertion_works_once(client):
    text = oauth.assertion(client.pk)
    assert oauth.ask_with(text).status_code == 200
    answer = oauth.ask_with(text)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "jti must be new" in answer.json()["error_description"]
    denied = AuditEvent.objects.get(outcome="denied")
    assert denied.detail == {"reason": "assertion: reused"}
    assert AccessToken.objects.count() == 1


def test_of_many_at_the_same_moment_one_works(client, clinic):
    text = oauth.assertion(client.pk)
    statuses, together = [], threading.Barrier(8)

    def use():
        with contextlib.closing(connections["default"]), contextlib.closing(connections["audit"]):
            together.wait()
            statuses.append(oauth.ask_with(text).status_code)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [401] * 7
    with tenant_scope(clinic.id):
        assert AccessToken.objects.count() == 1


def test_two_clients_may_draw_the_same_jti(client):
    other = oauth.make_client("contacts.read")
    for one in (client, other):
        assert oauth.ask_with(oauth.assertion(one.pk, jti="same")).status_code == 200


def test_an_assertion_proves_nothing_for_a_client_with_a_secret_or_another_workspace(clinic):
    client, _ = oauth.make_secret_client("contacts.read")
    assert_refused(oauth.assertion(client.pk))
    assert ApiKey.objects.get().way == "secret"


def test_answers_are_alike_for_a_stranger_and_a_wrong_key(client):
    wrong = oauth.ask_with(by_a_stranger(client.pk)).json()
    nobody = oauth.ask_with(oauth.assertion("01a206fc-bf82-7be5-9747-3d1552c04310")).json()
    assert wrong == nobody
