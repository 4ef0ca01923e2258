import ssl

import pytest

from integrations.models import LetterDefaults
from tests.integrations.client import make_system
from tests.integrations.sending import make_proven
from tests.integrations.submission import smtpd
from tests.smtp_server import Certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("submission"))


@pytest.fixture
def ports(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.valid(smtpd.NAME))
    with smtpd.running(context) as ports:
        yield ports


@pytest.fixture
def program(clinic):
    """A program with a key whose letters are about treatment."""
    make_proven()
    system = make_system("letters.send")
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


@pytest.fixture
def secret(program):
    return program.headers["authorization"].removeprefix("Bearer ")
