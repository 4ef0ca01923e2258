from datetime import timedelta

import pytest

from delivery.wire.session import Timeouts
from tests.smtp_server import Certificates

IMPATIENT = Timeouts(**dict.fromkeys(
    ("connect", "greeting", "command", "data", "block", "dot"), timedelta(seconds=0.5)
))  # fmt: skip


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))
