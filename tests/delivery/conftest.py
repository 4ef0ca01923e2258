from datetime import timedelta

import pytest

from contacts.models import Contact
from delivery.wire.session import Timeouts
from tenancy.keyring import current_keys
from tenancy.models import Tenant
from tests.smtp_server import Certificates

IMPATIENT = Timeouts(**dict.fromkeys(
    ("connect", "greeting", "command", "data", "block", "dot"), timedelta(seconds=0.5)
))  # fmt: skip


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
