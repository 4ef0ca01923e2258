"""What a system may record as a consent; a request for less protection says more than one."""

import pytest

from contacts.models import ConsentRecord
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system

BODY = {
    "external_id": "MRN-1",
    "purpose": "marketing",
    "state": "granted",
    "evidence": {"source": "Form", "wording": "Yes.", "kept": "Cabinet 3"},
}


@pytest.fixture
def system(clinic):
    make_contact(external_id="MRN-1")
    return make_system("consents.write")


def test_an_ordinary_consent_cannot_pose_as_a_request_for_less_protection(system):
    assert system.post("/consents", {**BODY, "kind": "unprotected"}).status_code == 400
    assert not ConsentRecord.objects.exists()
    assert system.post("/consents", {**BODY, "kind": "opt_in"}).status_code == 201
    assert ConsentRecord.objects.get().kind == "opt_in"
