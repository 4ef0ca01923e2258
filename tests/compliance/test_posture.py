"""What the compliance page says about each part of the shared responsibility."""

from dataclasses import replace

import pytest

from compliance.posture import PostureFacts, duties

NOTHING = PostureFacts(
    has_agreement=False,
    agreement_waits=False,
    domains=0,
    domains_that_may_send=0,
    policy_is_decided=False,
    has_compliance_officer=False,
)


@pytest.mark.parametrize(
    ("changes", "title", "state"),
    [
        ({}, "Agreement", "block"),
        ({"agreement_waits": True}, "Agreement", "warn"),
        ({"has_agreement": True, "agreement_waits": True}, "Agreement", "done"),
        ({}, "Domain", "todo"),
        ({"domains": 2}, "Domain", "block"),
        ({"domains": 2, "domains_that_may_send": 1}, "Domain", "warn"),
        ({"domains": 2, "domains_that_may_send": 2}, "Domain", "done"),
        ({}, "Officer", "todo"),
        ({"has_compliance_officer": True}, "Officer", "done"),
        ({}, "Policy", "todo"),
        ({"policy_is_decided": True}, "Policy", "done"),
    ],
)
def test_state_of_each_duty(changes, title, state):
    found = {duty.title: duty for duty in duties(replace(NOTHING, **changes))}
    assert found[title].state == state
    assert found[title].text.endswith(".")
