import pytest

from contacts.models import Attribute
from tests.factories.compliance import agreement_in_force
from tests.integrations.client import make_system


@pytest.fixture
def agreed(clinic):
    """The clinic has an agreement and two fields of its own."""
    agreement_in_force()
    Attribute.objects.create(
        key="plan", label="Plan", type="choice", phi_class="none", choices=["Gold", "Silver"]
    )
    Attribute.objects.create(key="last_visit", label="Last visit", type="date", phi_class="phi")
    return clinic


@pytest.fixture
def system(agreed):
    return make_system()
