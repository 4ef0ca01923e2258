from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from redis import Redis

from campaigns.models import Campaign
from campaigns.services import sending
from contacts.models import Contact
from delivery.lanes import states
from delivery.wire.session import Timeouts
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.models import Tenant
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.smtp_server import Certificates

IMPATIENT = Timeouts(**dict.fromkeys(
    ("connect", "greeting", "command", "data", "block", "dot"), timedelta(seconds=0.5)
))  # fmt: skip


KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


def dkim_record() -> bytes:
    """What the DNS says of KEY."""
    der = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + b64encode(der)


@pytest.fixture(autouse=True)
def _fresh_lanes() -> None:
    """What one test's servers did slows no other test down."""
    states._alone.states.clear()
    valkey = Redis.from_url(settings.VALKEY_URL)
    for key in valkey.scan_iter(match=f"{states.PREFIX}*"):
        valkey.delete(key)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def ada(clinic: Tenant) -> Contact:
    """A patient with both facts on file."""
    index = current_keys().blind_index("contact.external_id", "EV-1")
    identity = {
        "external_id": "EV-1",
        "given_name": "Ada",
        "family_name": "Quennell",
        "email": "ada@postbox.example",
        "birth_date": "1961-03-04",
        "language": "en",
    }
    return Contact.objects.create(
        identity=identity,
        attributes={"postal_code": "04101"},
        external_id_index=index,
        content_hash=index,
    )


@pytest.fixture
def campaign(clinic: Tenant) -> Iterator[Campaign]:
    """Approved and sent now; the clock stands just after its minute of undo."""
    campaign = approved_campaign()
    domain = campaign.sender.domain
    sign_with(domain, PEM)
    sending.send_now(campaign, actor=MARKETER)
    with clock.at(clock.now() + timedelta(seconds=61)):
        yield campaign
