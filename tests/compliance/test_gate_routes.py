"""What the gate says about the way: floors, listed providers, and requests for less protection."""

import itertools
from dataclasses import replace
from uuid import UUID

import pytest

from compliance.facts import (
    Acceptance,
    GatePolicy,
    Outcome,
    Reason,
    Sensitivity,
    TransportLevel,
)
from compliance.gate import decide
from compliance.purposes import PROMOTION, Purpose
from tests.compliance.test_gate import facts_for, with_obstacles

S0, S1, S2, S3 = Sensitivity
VERIFIED, MTA_STS, DANE = TransportLevel.VERIFIED, TransportLevel.MTA_STS, TransportLevel.DANE
ASKED = Acceptance(TransportLevel.ENCRYPTED, UUID(int=1))
HONORS = GatePolicy(honors_unprotected=True)


def mail(sensitivity: Sensitivity, purpose: Purpose = Purpose.APPOINTMENT, **changes):
    facts = facts_for(purpose, on_file="paper")
    return decide(with_obstacles(facts, {"sensitivity": sensitivity, **changes}))


@pytest.mark.parametrize(
    ("limited", "details", "needed"),
    [
        (VERIFIED, MTA_STS, (VERIFIED, MTA_STS)),
        (MTA_STS, VERIFIED, (MTA_STS, MTA_STS)),
        (VERIFIED, DANE, (VERIFIED, DANE)),
        (TransportLevel.ANY, TransportLevel.ENCRYPTED, (VERIFIED, VERIFIED)),
    ],
)
def test_each_sensitivity_has_its_floor_and_more_never_needs_less(limited, details, needed):
    policy = GatePolicy(tls_floor_limited=limited, tls_floor=details)
    assert tuple(mail(each, policy=policy).required_level for each in (S1, S2)) == needed
    assert mail(S3, policy=policy).required_level == needed[1]


def test_the_verdict_says_how_sensitive_the_mail_is():
    assert [mail(each).sensitivity for each in Sensitivity] == [S1, S1, S2, S3]
    stranger = with_obstacles(
        facts_for(Purpose.MARKETING, is_patient=False, on_file="opt-in"), {"sensitivity": S0}
    )
    assert decide(stranger).sensitivity is S0


@pytest.mark.parametrize(("purpose", "sensitivity"), [*itertools.product(Purpose, Sensitivity)])
def test_a_request_counts_but_for_promotion_and_what_is_specially_protected(purpose, sensitivity):
    verdict = mail(sensitivity, purpose, policy=HONORS, accepts=ASKED)
    counts = purpose not in PROMOTION and verdict.sensitivity is not S3
    assert verdict.accepts == (ASKED if counts else None)
    assert verdict.required_level == VERIFIED


def test_no_request_counts_against_the_policy_or_where_nothing_is_needed():
    assert mail(S1, policy=GatePolicy(), accepts=ASKED).accepts is None
    assert mail(S1, policy=HONORS).accepts is None
    for level in (VERIFIED, MTA_STS):
        assert mail(S1, policy=HONORS, accepts=replace_level(level)).accepts is None
    stranger = facts_for(Purpose.TREATMENT, is_patient=False, on_file="opt-in")
    changes = {"sensitivity": S0, "policy": HONORS, "accepts": replace_level(TransportLevel.ANY)}
    assert decide(with_obstacles(stranger, changes)).accepts is None


def replace_level(level: TransportLevel) -> Acceptance:
    return ASKED._replace(level=level)


def test_a_request_for_less_lifts_no_other_reason():
    verdict = mail(S2, policy=HONORS, accepts=ASKED, prefers_portal=True)
    assert verdict.outcome is Outcome.PORTAL


@pytest.mark.parametrize("sensitivity", Sensitivity)
@pytest.mark.parametrize("is_patient", [True, False])
def test_mail_to_a_listed_provider_goes_to_the_portal_if_it_tells_of_care(sensitivity, is_patient):
    facts = facts_for(Purpose.TREATMENT, is_patient=is_patient, on_file="opt-in")
    policy = GatePolicy(portal_domains=frozenset({"bigmail.example"}))
    sending = replace(facts.sending, policy=policy, sensitivity=sensitivity)
    for domain in ("bigmail.example", "smallmail.example", ""):
        person = replace(facts.person, domain=domain)
        reasons = decide(facts._replace(sending=sending, person=person)).reasons
        tells = is_patient or sensitivity > S0
        is_listed = domain == "bigmail.example"
        assert (Reason.LISTED_DOMAIN in reasons) == (tells and is_listed)


def test_the_record_names_the_request_that_counts():
    record = mail(S2, policy=HONORS, accepts=ASKED).as_record()
    assert (record["sensitivity"], record["accepted_level"], record["consent"]) == (
        "s2", "encrypted", str(UUID(int=1)),
    )  # fmt: skip
    assert "consent" not in mail(S2, accepts=ASKED).as_record()
