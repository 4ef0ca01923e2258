"""Public keys of clients: which are taken, and how those at an address are read."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from joserfc.jwk import ECKey, OctKey, RSAKey

from accounts import key_sets
from accounts.models import ApiKey
from accounts.services import client_keys
from audit.models import AuditEvent
from tenancy import clock
from tests.integrations import oauth_client as oauth
from tests.smtp_server import Certificates
from tests.web_server import NAME, WebServer, plain

GOOD = oauth.JWKS["keys"][0]
PRIVATE = oauth.KEYS["ec"].as_dict(private=True)
doors: list = []


def open_door():
    return doors[-1]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def publisher(certificates, settings):
    """A server that publishes the keys of a hospital's system."""
    server = WebServer(certificates.valid(NAME), says=[plain(json.dumps(oauth.JWKS).encode())])
    with server.serving():
        doors.append(server.door(certificates.ca_file))
        settings.FETCH_DOOR = f"{__name__}.open_door"
        yield server
        doors.pop()


@pytest.mark.parametrize(
    "keys",
    [
        [],
        "keys",
        [GOOD] * 2,
        [{"kty": "RSA"}],
        [{**GOOD, "kid": ""}],
        [{**GOOD, "use": "enc"}],
        [{**GOOD, "alg": "RS256"}],
        [{**GOOD, "n": "AQAB"}],
        [{**GOOD, "n": 7}],
        [{**GOOD, "kty": ["RSA"]}],
        [{**GOOD, "alg": {"RS384": 1}}],
        [RSAKey.generate_key(1024, {"kid": "weak"}).as_dict(private=False)],
        [ECKey.generate_key("P-256", {"kid": "other"}).as_dict(private=False)],
        [OctKey.generate_key(256, {"kid": "shared"}).as_dict()],
        [{**GOOD, "kid": str(number)} for number in range(11)],
    ],
    ids=range(15),
)
def test_refuses_keys_that_are_weak_shared_doubled_or_for_something_else(keys):
    with pytest.raises(key_sets.KeySetRefused):
        key_sets.read(json.dumps({"keys": keys}))


def test_a_private_key_is_refused_and_not_repeated():
    with pytest.raises(key_sets.KeySetRefused, match="private key") as refused:
        key_sets.read(json.dumps({"keys": [PRIVATE]}))
    assert PRIVATE["d"] not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"keys": 7}', "[" * 30_000, "x" * 40_000])
def test_refuses_what_is_no_key_set(text):
    with pytest.raises(key_sets.KeySetRefused):
        key_sets.read(text)


def test_keeps_the_public_members_only():
    said = {"keys": [{**GOOD, "x5c": ["AA=="], "note": "hello"}]}
    (kept,) = key_sets.read(json.dumps(said))["keys"]
    assert kept.keys() == {"kty", "kid", "n", "e"}


def test_keys_at_an_address_are_read_for_an_unknown_kid_and_once_an_hour(clinic, publisher):
    client = oauth.make_client("contacts.read", jwks_url=publisher.url())
    assert oauth.ask_with(oauth.assertion(client.pk)).status_code == 200
    assert publisher.connections == 0
    for _ in range(3):
        text = oauth.assertion(client.pk, header={"kid": "new"})
        assert oauth.ask_with(text).status_code == 401
    assert publisher.connections == 1
    ApiKey.objects.update(jwks_read_at=clock.now() - timedelta(hours=1), jwks_tried_at=None)
    assert oauth.ask_with(oauth.assertion(client.pk)).status_code == 200
    assert publisher.connections == 2


def test_a_key_that_is_published_no_more_stops_within_the_hour(clinic, publisher):
    client = oauth.make_client("contacts.read", jwks_url=publisher.url())
    publisher.says = [plain(json.dumps({"keys": [GOOD]}).encode())]
    ApiKey.objects.update(jwks_read_at=clock.now() - timedelta(hours=1))
    assert oauth.ask_with(oauth.assertion(client.pk, key="ec")).status_code == 401
    assert oauth.ask_with(oauth.assertion(client.pk, key="rsa")).status_code == 200


@pytest.mark.parametrize("says", [plain(b"{}"), plain(b"", status="404 Not Found"), b"nonsense"])
def test_an_address_without_keys_opens_nothing_after_the_hour(clinic, publisher, says):
    client = oauth.make_client("contacts.read", jwks_url=publisher.url())
    publisher.says = [says]
    ApiKey.objects.update(jwks_read_at=clock.now() - timedelta(hours=1))
    assert oauth.ask_with(oauth.assertion(client.pk)).status_code == 401
    denied = AuditEvent.objects.filter(action="api_key.keys_read", outcome="denied")
    assert denied.count() == 1


def test_an_address_inside_our_network_is_not_read(clinic):
    url = "https://keys.internal.example/jwks.json"
    client = oauth.make_client("contacts.read", jwks_url=url)
    text = oauth.assertion(client.pk, header={"kid": "new"})
    assert oauth.ask_with(text).status_code == 401
    assert AuditEvent.objects.get(action="api_key.keys_read").detail == {"reason": "FetchFailed"}


def test_changed_keys_hold_at_once(clinic, nurse):
    client = oauth.make_client("contacts.read")
    client_keys.change_keys(client, jwks={"keys": [GOOD]}, jwks_url="", actor=nurse)
    assert oauth.ask_with(oauth.assertion(client.pk, key="ec")).status_code == 401
    assert oauth.ask_with(oauth.assertion(client.pk, key="rsa")).status_code == 200
    assert AuditEvent.objects.get(action="api_key.keys_changed").detail == {"keys": 1}


@pytest.mark.parametrize(
    "change", [{"jwks": None}, {"secret_hash": b"x"}, {"way": "key"}, {"way": "password"}]
)
def test_the_database_wants_a_secret_or_a_key_pair(clinic, change):
    client = oauth.make_client("contacts.read")
    with pytest.raises(IntegrityError, match="a_secret_or_a_key_pair"), transaction.atomic():
        ApiKey.objects.filter(pk=client.pk).update(**change)
