from datetime import timedelta

import pytest

from contacts.models import Contact
from delivery.wire.session import Timeouts
from tenancy.models import Tenant
from tests.factories.contacts import make_contact
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
    return make_contact(
        external_id="EV-1",
        email="ada@postbox.example",
        birth_date="1961-03-04",
        postal_code="04101",
    )
