"""The token endpoint: both ways to prove who one is, what a token opens, and how long."""

import secrets
from base64 import b64encode
from datetime import timedelta
from ipaddress import IPv6Address, ip_network

import pytest

from accounts.models import AccessToken
from accounts.services import api_keys, key_rotation
from audit.models import AuditEvent
from audit.services import SYSTEM
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.integrations import oauth_client as oauth
from tests.integrations.client import System, right


@pytest.fixture
def client(agreed):
    return oauth.make_client("contacts.read", "contacts.write")


def basic(name, secret):
    return {"authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_signed_assertion_becomes_a_token_that_opens_the_api(client, key):
    answer = oauth.ask_with(oauth.assertion(client.pk, key=key))
    assert answer.status_code == 200, answer.content
    got = answer.json()
    assert {name: got[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer", "expires_in": 300, "scope": "contacts.read contacts.write",
    }  # fmt: skip
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert System(got["access_token"]).get("/contacts").status_code == 200
    event = AuditEvent.objects.get(action="api_key.token_issued")
    assert (event.actor_id, event.detail) == (
        str(client.pk), {"scopes": ["contacts.read", "contacts.write"]},
    )  # fmt: skip


def test_a_secret_is_taken_in_the_header_and_in_the_form(agreed):
    client, secret = oauth.make_secret_client("contacts.read")
    by_header = oauth.ask({}, **basic(client.pk, secret))
    by_form = oauth.ask({"client_id": client.pk, "client_secret": secret})
    for answer in (by_header, by_form):
        assert answer.status_code == 200, answer.content
        assert System(answer.json()["access_token"]).get("/contacts").status_code == 200


def test_a_wrong_secret_is_refused_as_rfc_6749_says(agreed):
    client, secret = oauth.make_secret_client("contacts.read")
    wrong = secret[:20] + ("A" if secret[20] != "A" else "B") + secret[21:]
    _, other = oauth.make_secret_client("contacts.read")
    for guess in ("", wrong, other):
        answer = oauth.ask({}, **basic(client.pk, guess))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic")
        answer = oauth.ask({"client_id": client.pk, "client_secret": guess})
        assert (answer.status_code, "WWW-Authenticate" in answer) == (401, False)
    assert not AccessToken.objects.exists()
    assert AuditEvent.objects.filter(action="api_key.proved", outcome="denied").count() == 2


def test_a_client_secret_is_no_api_key_and_an_api_key_no_client_secret(agreed):
    client, secret = oauth.make_secret_client("contacts.read")
    assert System(secret).get("/contacts").status_code == 401
    key, text = api_keys.issue(right("contacts.read"), actor=SYSTEM)
    assert oauth.ask({"client_id": key.pk, "client_secret": text}).status_code == 401
    assert System(text).get("/contacts").status_code == 200
    assert client.way == "secret"


def test_both_secrets_of_a_client_work_while_it_changes_over(agreed, nurse):
    client, old = oauth.make_secret_client("contacts.read")
    _, new = key_rotation.rotate(client, overlap=timedelta(hours=1), actor=nurse)
    assert new.startswith("cs_live_")
    for secret in (old, new):
        assert oauth.ask({"client_id": client.pk, "client_secret": secret}).status_code == 200
    key_rotation.end_old_secret(client, actor=nurse)
    assert oauth.ask({"client_id": client.pk, "client_secret": old}).status_code == 401


def test_a_token_has_the_scopes_that_were_asked_for_and_no_others(client):
    text = oauth.ask_with(oauth.assertion(client.pk), scope="contacts.read").json()["access_token"]
    system = System(text)
    assert system.get("/contacts").status_code == 200
    answer = system.post("/contacts", {"external_id": "MRN-1"})
    assert (answer.status_code, answer.json()["detail"]) == (
        403, "This key lacks the scope contacts.write.",
    )  # fmt: skip


@pytest.mark.parametrize("scope", ["phi.read", "contacts.read phi.read", "everything"])
def test_nobody_gets_a_scope_that_the_client_lacks(client, scope):
    answer = oauth.ask_with(oauth.assertion(client.pk), scope=scope.replace(" ", "+"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert not AccessToken.objects.exists()
    assert AuditEvent.objects.get(outcome="denied").action == "api_key.token_issued"


def test_a_token_ends_after_five_minutes_and_with_its_client(client, nurse):
    first = System(oauth.ask_with(oauth.assertion(client.pk)).json()["access_token"])
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert first.get("/contacts").status_code == 401
    assert first.get("/contacts").status_code == 200
    api_keys.revoke(client, actor=nurse)
    assert first.get("/contacts").status_code == 401
    assert oauth.ask_with(oauth.assertion(client.pk)).status_code == 401


def test_a_client_that_waits_learns_it_only_with_a_right_proof(client):
    client.is_allowed = False
    client.save(update_fields=["is_allowed"])
    stranger = oauth.ask_with(oauth.assertion(client.pk, aud="https://elsewhere.example"))
    holder = oauth.ask_with(oauth.assertion(client.pk))
    assert [answer.status_code for answer in (stranger, holder)] == [401, 401]
    assert "allow" not in stranger.json()["error_description"]
    assert "has to allow it to see PHI" in holder.json()["error_description"]
    assert not AccessToken.objects.exists()


def test_a_client_ends_its_own_tokens_and_nobody_elses(client):
    mine = oauth.ask_with(oauth.assertion(client.pk)).json()["access_token"]
    other, secret = oauth.make_secret_client("contacts.read")
    theirs = oauth.ask({"client_id": other.pk, "client_secret": secret}).json()["access_token"]
    ending = {"client_id": other.pk, "client_secret": secret}
    for text in (mine, theirs, "at_live_unknown"):
        answer = oauth.ask({**ending, "token": text}, path="/oauth/revoke")
        assert (answer.status_code, answer.json()) == (200, {})
    assert System(theirs).get("/contacts").status_code == 401
    assert System(mine).get("/contacts").status_code == 200
    assert oauth.ask(ending, path="/oauth/revoke").status_code == 400
    assert oauth.ask({"token": mine}, path="/oauth/revoke").status_code == 401


def test_a_client_comes_from_its_networks_only(agreed):
    client = oauth.make_client("contacts.read", networks=[ip_network("203.0.113.0/24")])
    answer = oauth.ask_with(oauth.assertion(client.pk), address="203.0.113.7")
    assert answer.status_code == 200
    system = System(answer.json()["access_token"])
    assert system.get("/contacts").status_code == 401
    system.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert system.get("/contacts").status_code == 200
    denied = AuditEvent.objects.get(outcome="denied")
    assert denied.detail == {"reason": "address", "address": "127.0.0.1"}


def test_only_a_hash_of_a_token_is_stored(client, other_clinic):
    text = oauth.ask_with(oauth.assertion(client.pk)).json()["access_token"]
    stored = AccessToken.objects.values().get()
    assert not any(text[12:40] in str(value) for value in stored.values())
    with tenant_scope(other_clinic.id):
        assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("form", "headers", "expected"),
    [
        ({"grant_type": "password"}, {}, (400, "unsupported_grant_type")),
        ({"client_assertion_type": "jwt"}, {}, (400, "invalid_request")),
        ({"client_secret": "cs_live_x"}, {}, (400, "invalid_request")),
        ({}, {"authorization": "Basic eDp5"}, (400, "invalid_request")),
        ({"scope": "a&scope=b"}, {}, (400, "invalid_request")),
    ],
)
def test_refuses_two_proofs_doubled_parameters_and_other_grants(client, form, headers, expected):
    text = oauth.assertion(client.pk)
    usual = {"client_assertion_type": oauth.BEARER, "client_assertion": text}
    answer = oauth.ask({**usual, **form}, **headers)
    assert (answer.status_code, answer.json()["error"]) == expected
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic eA==", "Bearer x", "Digest x"])
def test_an_unreadable_header_is_refused(agreed, header):
    answer = oauth.ask({}, authorization=header)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_credentials_in_an_address_are_refused(client):
    answer = oauth.ask({}, path="/oauth/token?client_secret=cs_live_x")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert oauth.browser().get("/oauth/token").status_code == 405


def test_who_proves_nothing_is_asked_to(agreed):
    answer = oauth.ask({})
    assert (answer.status_code, answer["WWW-Authenticate"][:5]) == (401, "Basic")


def test_many_tries_have_to_wait(client):
    address = str(IPv6Address(secrets.randbits(128)))
    answers = [oauth.ask({}, address=address) for _ in range(75)]
    assert [answer.status_code for answer in answers[:60]] == [401] * 60
    answer = answers[-1]
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert int(answer["Retry-After"]) >= 1
