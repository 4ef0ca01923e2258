"""The send gate against the table of docs/architecture.md, and against every mix of its rules."""

import itertools
from dataclasses import replace
from datetime import time

import pytest

from compliance.facts import (
    GateFacts,
    GatePolicy,
    Outcome,
    PersonFacts,
    Reason,
    SendingFacts,
    Sensitivity,
    SuppressionReason,
    TransportLevel,
)
from compliance.gate import RULES, decide
from compliance.purposes import PURPOSE_RULES, Evidence, Purpose, Remuneration

FITTING_PAY = {
    Purpose.OPERATIONS: Remuneration.NONE,
    Purpose.REFILL: Remuneration.AT_COST,
    Purpose.REMUNERATED: Remuneration.PAID,
}
POLICY = GatePolicy(frequency_cap=4, quiet_from=time(21), quiet_until=time(8))


def facts_for(purpose: Purpose, *, is_patient: bool = True, on_file: str = "nothing") -> GateFacts:
    """A message that meets no obstacle but, perhaps, what is `on_file` about consent."""
    consents = {"opt-in": {purpose: "granted"}, "withdrawn": {purpose: "withdrawn"}}
    papers = {"paper": {purpose}, "withdrawn": {purpose}}
    sending = SendingFacts(
        purpose=purpose,
        sensitivity=Sensitivity.S1,
        remuneration=FITTING_PAY.get(purpose, Remuneration.UNSTATED),
        agreement_in_force=True,
        permitted_purposes=frozenset(Purpose.values),
        is_approved=True,
        policy=POLICY,
    )
    person = PersonFacts(
        is_patient=is_patient,
        consents=consents.get(on_file, {}),
        authorizations=frozenset(papers.get(on_file, set())),
        local_time=time(12),
    )
    return GateFacts(sending, person)


CARE = [Purpose.TREATMENT, Purpose.APPOINTMENT, Purpose.CARE_GAP, Purpose.PAYMENT]
OWN_SERVICES = [Purpose.OPERATIONS, Purpose.REFILL]
PROMOTION = [Purpose.MARKETING, Purpose.REMUNERATED, Purpose.FUNDRAISING]
NO_OPT_IN, NO_PAPER = Reason.CONSENT_MISSING, Reason.AUTHORIZATION_MISSING
OTHER_NO_OPT_IN = Reason.NO_PATIENT_NO_OPT_IN
WITHDREW, NO_SPECIAL = Reason.CONSENT_WITHDRAWN, Reason.SPECIAL_CONSENT_MISSING

#         purposes      patient  nothing     opt-in      paper  withdrawn
TABLE = [
    (CARE, True, None, None, None, WITHDREW),
    (CARE, False, OTHER_NO_OPT_IN, None, None, WITHDREW),
    (OWN_SERVICES, True, NO_OPT_IN, None, None, WITHDREW),
    (OWN_SERVICES, False, OTHER_NO_OPT_IN, None, None, WITHDREW),
    (PROMOTION, True, NO_PAPER, NO_PAPER, None, WITHDREW),
    (PROMOTION, False, OTHER_NO_OPT_IN, None, None, WITHDREW),
    ([Purpose.PART2], True, NO_SPECIAL, NO_SPECIAL, None, WITHDREW),
    ([Purpose.PART2], False, NO_SPECIAL, NO_SPECIAL, None, WITHDREW),
]
CELLS = [
    (purpose, is_patient, on_file, reason)
    for purposes, is_patient, *row in TABLE
    for purpose in purposes
    for on_file, reason in zip(["nothing", "opt-in", "paper", "withdrawn"], row, strict=True)
]


def test_the_table_covers_every_purpose():
    assert {cell[0] for cell in CELLS} == set(Purpose) == set(PURPOSE_RULES)


@pytest.mark.parametrize(("purpose", "is_patient", "on_file", "reason"), CELLS)
def test_asks_for_the_consent_that_the_table_names(purpose, is_patient, on_file, reason):
    verdict = decide(facts_for(purpose, is_patient=is_patient, on_file=on_file))
    goes_out = Outcome.PORTAL if purpose == Purpose.PART2 else Outcome.ALLOW
    assert verdict.outcome == (Outcome.DENY if reason else goes_out)
    assert (reason in verdict.reasons) == bool(reason)


@pytest.mark.parametrize("purpose", Purpose)
def test_policy_waives_the_opt_in_of_patients_for_own_services_alone(purpose):
    facts = facts_for(purpose)
    waived = replace(facts.sending, policy=GatePolicy(may_operate_without_opt_in=True))
    before, after = decide(facts), decide(facts._replace(sending=waived))
    assert (before.reasons != after.reasons) == (purpose in OWN_SERVICES)
    stranger = facts_for(purpose, is_patient=False)
    assert decide(stranger._replace(sending=waived)).reasons == decide(stranger).reasons


# Each fact that counts against a message, alone: what it does to marketing and to an appointment.
OBSTACLES = [
    (Reason.NO_AGREEMENT, Outcome.DENY, {"agreement_in_force": False}),
    (Reason.WORKSPACE_ENDING, Outcome.DENY, {"is_frozen": True}),
    (Reason.NOT_APPROVED, Outcome.HOLD, {"is_approved": False}),
    (Reason.REMUNERATION_NOT_ALLOWED, Outcome.DENY, {"remuneration": Remuneration.PAID}),
    (Reason.OPTED_OUT, Outcome.DENY, {"has_opted_out": True}),
    (Reason.BOUNCED, Outcome.DENY, {"suppression": SuppressionReason.BOUNCED}),
    (Reason.NO_ADDRESS, Outcome.DENY, {"has_address": False}),
    (Reason.DECEASED, Outcome.DENY, {"is_deceased": True}),
    (Reason.APPOINTMENT_CANCELED, Outcome.DENY, {"appointment_is_canceled": True}),
    (Reason.PAUSED, Outcome.DENY, {"is_paused": True}),
    (Reason.FREQUENCY_CAP, Outcome.DENY, {"recent_messages": 4}),
    (Reason.QUIET_HOURS, Outcome.HOLD, {"local_time": time(23)}),
    (Reason.PREFERS_PORTAL, Outcome.PORTAL, {"prefers_portal": True}),
    (Reason.SHARED_ADDRESS, Outcome.PORTAL, {"shares_address": True}),
]


def with_obstacles(facts: GateFacts, changes: dict[str, object]) -> GateFacts:
    sending = {name: value for name, value in changes.items() if hasattr(facts.sending, name)}
    person = {name: value for name, value in changes.items() if hasattr(facts.person, name)}
    return GateFacts(replace(facts.sending, **sending), replace(facts.person, **person))


def test_every_mix_of_obstacles_gives_all_reasons_and_the_severest_outcome():
    clear = with_obstacles(
        facts_for(Purpose.MARKETING, on_file="paper"), {"sensitivity": Sensitivity.S2}
    )
    for size in range(len(OBSTACLES) + 1):
        for mix in itertools.combinations(OBSTACLES, size):
            changes = {key: value for _, _, change in mix for key, value in change.items()}
            verdict = decide(with_obstacles(clear, changes))
            assert set(verdict.reasons) == {reason for reason, _, _ in mix}
            assert verdict.outcome == max((outcome for _, outcome, _ in mix), default=Outcome.ALLOW)


@pytest.mark.parametrize(("reason", "outcome", "change"), OBSTACLES)
def test_care_mail_ignores_pause_cap_and_quiet_hours_and_nothing_else(reason, outcome, change):
    facts = with_obstacles(facts_for(Purpose.APPOINTMENT), {"sensitivity": Sensitivity.S2})
    verdict = decide(with_obstacles(facts, change))
    waits = reason in {Reason.PAUSED, Reason.FREQUENCY_CAP, Reason.QUIET_HOURS}
    assert verdict.outcome == (Outcome.ALLOW if waits else outcome)
    assert verdict.reasons == (() if waits else (reason,))


def test_deny_beats_hold_beats_portal_beats_allow():
    assert Outcome.DENY > Outcome.HOLD > Outcome.PORTAL > Outcome.ALLOW


@pytest.mark.parametrize("suppression", SuppressionReason)
def test_a_suppressed_address_gets_nothing_and_the_reason_is_kept(suppression):
    facts = with_obstacles(facts_for(Purpose.TREATMENT), {"suppression": suppression})
    assert decide(facts)[:2] == (Outcome.DENY, (Reason(suppression.value),))


@pytest.mark.parametrize("purpose", Purpose)
def test_refuses_a_purpose_that_the_agreement_does_not_permit(purpose):
    facts = facts_for(purpose, on_file="paper")
    others = frozenset(Purpose.values) - {purpose.value}
    verdict = decide(with_obstacles(facts, {"permitted_purposes": others}))
    assert verdict.outcome == Outcome.DENY
    assert Reason.PURPOSE_NOT_PERMITTED in verdict.reasons


#       purposes               unstated  nobody  at cost  paid
PAY = [
    (CARE, True, True, False, False),
    (OWN_SERVICES[:1], False, True, False, False),
    (OWN_SERVICES[1:], False, True, True, False),
    (PROMOTION[:1], True, True, False, False),
    (PROMOTION[1:2], False, False, True, True),
    (PROMOTION[2:], True, True, False, False),
    ([Purpose.PART2], True, True, False, False),
]


@pytest.mark.parametrize(
    ("purpose", "stated", "fits"),
    [
        (purpose, stated, fits)
        for purposes, *row in PAY
        for purpose in purposes
        for stated, fits in zip(Remuneration, row, strict=True)
    ],
)
def test_asks_who_pays(purpose, stated, fits):
    verdict = decide(with_obstacles(facts_for(purpose, on_file="paper"), {"remuneration": stated}))
    refusal = {
        Remuneration.UNSTATED: Reason.REMUNERATION_NOT_STATED,
    }.get(stated, Reason.REMUNERATION_NOT_ALLOWED)
    assert (refusal in verdict.reasons) == (not fits)


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "now", "is_quiet"),
    [
        (time(21), time(8), time(20, 59), False),
        (time(21), time(8), time(21), True),
        (time(21), time(8), time(7, 59), True),
        (time(21), time(8), time(8), False),
        (time(12), time(13), time(12, 30), True),
        (time(12), time(13), time(12), True),
        (time(12), time(13), time(13), False),
        (time(12), time(12), time(11), False),
        (time(12), time(12), time(12), False),
        (time(12), time(12), time(13), False),
        (time(12), time(13), time(11, 59), False),
        (None, time(8), time(3), False),
        (time(21), None, time(23), False),
        (time(21), time(8), None, False),
    ],
)
def test_quiet_hours_may_pass_midnight(quiet_from, quiet_until, now, is_quiet):
    policy = GatePolicy(quiet_from=quiet_from, quiet_until=quiet_until)
    facts = facts_for(Purpose.MARKETING, on_file="paper")
    verdict = decide(with_obstacles(facts, {"policy": policy, "local_time": now}))
    assert (Reason.QUIET_HOURS in verdict.reasons) == is_quiet


def test_without_a_cap_any_number_of_messages_may_go():
    facts = facts_for(Purpose.MARKETING, on_file="paper")
    changes = {"policy": GatePolicy(), "recent_messages": 1000}
    assert decide(with_obstacles(facts, changes)).outcome == Outcome.ALLOW


@pytest.mark.parametrize("sensitivity", Sensitivity)
@pytest.mark.parametrize("is_patient", [True, False])
@pytest.mark.parametrize("portal_from", Sensitivity)
def test_specially_protected_or_tenant_chosen_classes_go_by_portal(
    sensitivity, is_patient, portal_from
):
    facts = facts_for(Purpose.TREATMENT, is_patient=is_patient, on_file="opt-in")
    consented = replace(facts.person, authorizations=frozenset({Purpose.PART2}))
    sending = replace(
        facts.sending, sensitivity=sensitivity, policy=GatePolicy(portal_from=portal_from)
    )
    effective = max(sensitivity, Sensitivity.S1 if is_patient else Sensitivity.S0)
    expected = Outcome.PORTAL if effective >= portal_from else Outcome.ALLOW
    assert decide(GateFacts(sending, consented)).outcome == expected


@pytest.mark.parametrize("purpose", Purpose)
def test_specially_protected_content_needs_written_consent_under_any_purpose(purpose):
    facts = facts_for(purpose, on_file="paper")
    special = replace(facts.sending, sensitivity=Sensitivity.S3)
    verdict = decide(facts._replace(sending=special))
    has_paper = purpose == Purpose.PART2
    assert (Reason.SPECIAL_CONSENT_MISSING in verdict.reasons) != has_paper
    assert Reason.SPECIALLY_PROTECTED in verdict.reasons


def test_a_withdrawal_outlives_the_paper():
    facts = facts_for(Purpose.MARKETING, on_file="withdrawn")
    assert decide(facts).evidence is Evidence.NONE


@pytest.mark.parametrize("sensitivity", Sensitivity)
@pytest.mark.parametrize("is_patient", [True, False])
@pytest.mark.parametrize("floor", TransportLevel)
def test_mail_that_tells_of_care_needs_verified_tls_whatever_the_policy_says(
    sensitivity, is_patient, floor
):
    facts = facts_for(Purpose.TREATMENT, is_patient=is_patient, on_file="opt-in")
    policy = GatePolicy(tls_floor=floor, tls_floor_limited=floor)
    changes = {"sensitivity": sensitivity, "policy": policy}
    needs_proof = is_patient or sensitivity > Sensitivity.S0
    expected = max(floor, TransportLevel.VERIFIED) if needs_proof else TransportLevel.ANY
    assert decide(with_obstacles(facts, changes)).required_level == expected


def test_a_shared_mailbox_may_be_reminded_of_a_visit_but_gets_no_details():
    reminder = with_obstacles(facts_for(Purpose.APPOINTMENT), {"shares_address": True})
    result = with_obstacles(reminder, {"sensitivity": Sensitivity.S2})
    assert decide(reminder).outcome == Outcome.ALLOW
    assert decide(result)[:2] == (Outcome.PORTAL, (Reason.SHARED_ADDRESS,))


def test_every_reason_belongs_to_one_rule_and_is_a_sentence():
    assert sorted(rule.reason for rule in RULES) == sorted(Reason)
    assert all(reason.label[0].isupper() and reason.label.endswith(".") for reason in Reason)


def test_the_record_of_a_verdict_holds_plain_words():
    facts = with_obstacles(facts_for(Purpose.MARKETING), {"is_approved": False})
    assert decide(facts).as_record() == {
        "outcome": "deny",
        "reasons": ["not_approved", "authorization_missing"],
        "required_level": "verified",
        "evidence": "none",
        "sensitivity": "s1",
    }


def test_refuses_an_unknown_purpose_by_crashing():
    facts = facts_for(Purpose.TREATMENT)
    unknown = replace(facts.sending, purpose="newsletter")
    with pytest.raises(KeyError):
        decide(facts._replace(sending=unknown))
