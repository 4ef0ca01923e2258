import pytest

from compliance.models import Policy
from contacts.models import Contact
from tests.delivery.must_arrive.promised import SECOND, STEP, second_email
from tests.factories.contacts import make_contact
from tests.integrations.sending import make_proven


@pytest.fixture
def person(clinic) -> Contact:
    """Somebody with two addresses, of a clinic that may write."""
    make_proven()
    Policy.objects.update_or_create(defaults={"must_arrive_step_hours": STEP})
    second_email()
    return make_contact(other_email=SECOND)
