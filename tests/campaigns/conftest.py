import pytest
from hypothesis import settings

from compliance import services as compliance
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.campaigns import brand, segment
from tests.factories.compliance import OWNER, agreement_in_force, published
from tests.factories.contacts import make_contact, make_schema

# A busy machine is no failure of what is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def marketer(clinic):
    return make_member(clinic, "marketer", "Dana Whitlow")


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Priya Castellane")


@pytest.fixture
def author(marketer):
    return browser_of(marketer)


@pytest.fixture
def approver(officer):
    return browser_of(officer)


@pytest.fixture
def busy_clinic(clinic, nurse):
    """A clinic that can send: agreement, proven domain, sender, address, fields, three people."""
    agreement_in_force()
    domain = compliance.add_domain("mail.elmstreet.example", actor=OWNER)
    records = published(domain)
    compliance.check_domain(domain, lambda name, kind: records.get((name, kind), ()))
    compliance.add_sender(domain, display_name="Elm Street Clinic", local_part="care", actor=OWNER)
    brand()
    make_schema()
    make_contact(next_appointment="2026-11-24", clinic="Elm Street", provider="Dr. Lee")
    make_contact(given_name="Bea", email="bea@lakepost.example", clinic="Harbour")
    make_contact(given_name="Cyd", email="cyd@lakepost.example", deceased_at="2020-01-02")
    segment("Upcoming appointment")
    return clinic
