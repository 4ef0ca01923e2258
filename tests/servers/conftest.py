"""One bench for a worker's run, and its network for each module of this folder."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from campaigns.models import Campaign
from campaigns.services import sending
from compliance.models import DkimKey
from dev.mailbench.bench import CORE, Bench, CannotRun, running
from tenancy import clock
from tenancy.models import Tenant
from tests.delivery.conftest import PEM, dkim_record
from tests.delivery.test_dkim import DNS_NAME, ED25519, ed25519_record, record
from tests.factories.campaigns import MARKETER, SENDER_DOMAIN, approved_campaign
from tests.factories.compliance import sign_with


def txt(name: str, text: str) -> str:
    """A line of a zone file; a string in it has 255 bytes at most."""
    strings = (text[start : start + 255] for start in range(0, len(text), 255))
    return f"{name}. TXT " + " ".join(f'"{string}"' for string in strings)


def skip(reason: CannotRun) -> None:
    """Raised only where the bench cannot run at all; whatever else goes wrong fails the tests."""
    pytest.skip(f"The bench cannot run here: {reason}.")


def records() -> list[str]:
    """What the senders of the tests publish: a lone key, and all that the clinic's domain needs."""
    sends = "v=spf1 ip4:203.0.113.9 ip4:127.0.0.0/8 -all"
    return [
        txt(DNS_NAME, record()),
        txt(f"s1._domainkey.{SENDER_DOMAIN}", dkim_record().decode()),
        txt(f"s1e._domainkey.{SENDER_DOMAIN}", ed25519_record()),
        txt(f"_dmarc.{SENDER_DOMAIN}", "v=DMARC1; p=reject; adkim=s"),
        txt(f"bounce.{SENDER_DOMAIN}", sends),
        f"bounce.{SENDER_DOMAIN}. MX 10 mx.returns.example.",
        f"{SENDER_DOMAIN}. MX 10 mx.returns.example.",
        "www.elm.example. A 127.77.0.99",
    ]


@pytest.fixture
def campaign(clinic: Tenant) -> Iterator[Campaign]:
    """Approved and sent now, with both keys that the bench publishes; the clock stands after its undo."""
    campaign = approved_campaign()
    domain = campaign.sender.domain
    sign_with(domain, PEM)
    DkimKey.objects.create(
        domain=domain,
        algorithm="ed25519",
        selector="s1e",
        public_key="x",
        private_key=ED25519.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        signs_since=clock.now(),
    )
    sending.send_now(campaign, actor=MARKETER)
    with clock.at(clock.now() + timedelta(seconds=61)):
        yield campaign


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    try:
        with running(CORE, records()) as bench:
            yield bench
    except CannotRun as reason:
        skip(reason)


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests run where nothing they send can leave; PostgreSQL and Valkey are sockets of the file system."""
    if "bench" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("bench").network():
        yield
