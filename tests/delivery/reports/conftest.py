"""People who read reports, and a campaign with one fate of each kind."""

import pytest

from campaigns.models import Campaign
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.reports.reading import SENT
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message


@pytest.fixture
def marketer(clinic):
    return browser_of(make_member(clinic, "marketer"))


@pytest.fixture
def analyst(clinic):
    return browser_of(make_member(clinic, "analyst", "Anna Analyst"))


@pytest.fixture
def campaign(clinic) -> Campaign:
    """Six people: two by TLS, one in the portal, one held, one bounced, one skipped."""
    campaign = make_campaign()
    fates = [
        SENT,
        SENT | {"tls_version": "TLSv1.2"},
        {"domain": "oldcert.example"},
        {"status": "deferred", "route": "", "settled_at": None, "domain": "greymail.example"},
        {"status": "failed", "route": "", "reason": "no_such_address", "domain": "postbox.example"},
        {"status": "skipped", "route": "", "reason": "opted_out", "domain": "postbox.example"},
    ]
    for number, fate in enumerate(fates):
        make_message(
            make_contact(email=f"ada{number}@postbox.example"), cause_id=campaign.id, **fate
        )
    return campaign
