import pytest

from tests.security import world as worlds
from tests.security.world import World


@pytest.fixture(scope="module")
def elm(_database: None) -> World:
    """The clinic whose objects others try to reach."""
    return worlds.build()


@pytest.fixture(scope="module")
def harbor(_database: None) -> World:
    """The clinic whose people try."""
    return worlds.build("Harbor Dental")


@pytest.fixture(autouse=True)
def _without_dns(settings):
    settings.COMPLIANCE_DNS = "tests.compliance.zone.look_up"
