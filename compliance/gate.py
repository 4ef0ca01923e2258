"""The send gate: may this message go to this person, and how must it travel?

One pure function over plain values. Every sender (campaign, workflow, API, retry) asks it when the
audience is frozen and again at hand-over, and keeps the verdict. All rules are rows of one table;
each that applies leaves its reason, and the severest outcome wins.
"""

from collections.abc import Callable
from typing import NamedTuple

from compliance.facts import (
    Acceptance,
    ConsentState,
    GateFacts,
    Outcome,
    PersonFacts,
    Reason,
    Sensitivity,
    SuppressionReason,
    TransportLevel,
    Verdict,
)
from compliance.purposes import PROMOTION, PURPOSE_RULES, Evidence, Purpose, Remuneration


class Rule(NamedTuple):
    reason: Reason
    outcome: Outcome
    applies: Callable[[GateFacts], bool]


def decide(facts: GateFacts) -> Verdict:
    """Whether and how the message may go, with every reason that counts against the plain way."""
    applied = [rule for rule in RULES if rule.applies(facts)]
    return Verdict(
        outcome=max((rule.outcome for rule in applied), default=Outcome.ALLOW),
        reasons=tuple(rule.reason for rule in applied),
        required_level=required_level(facts),
        evidence=evidence_for(facts.sending.purpose, facts.person),
        sensitivity=sensitivity_of(facts),
        accepts=accepted(facts),
    )


def required_level(facts: GateFacts) -> TransportLevel:
    """The tenant's floor for anything that tells of care; mail without PHI may take any way."""
    sensitivity, policy = sensitivity_of(facts), facts.sending.policy
    if sensitivity is Sensitivity.S0:
        return TransportLevel.ANY
    if sensitivity is Sensitivity.S1:
        return max(policy.tls_floor_limited, TransportLevel.VERIFIED)
    # Health details never need less than what only tells of care.
    return max(policy.tls_floor, policy.tls_floor_limited, TransportLevel.VERIFIED)


def accepted(facts: GateFacts) -> Acceptance | None:
    """What the person asked to be enough (45 CFR 164.522(b), 164.524), where that counts.

    Never for specially protected information or promotion, nor against the tenant's own policy.
    """
    accepts = facts.person.accepts
    if accepts is None or not facts.sending.policy.honors_unprotected:
        return None
    if facts.sending.purpose in PROMOTION or sensitivity_of(facts) is Sensitivity.S3:
        return None
    return accepts if accepts.level < required_level(facts) else None


def sensitivity_of(facts: GateFacts) -> Sensitivity:
    """Mail from a clinic to its patient tells at least that there is care: never below S1."""
    floor = Sensitivity.S1 if facts.person.is_patient else Sensitivity.S0
    if facts.sending.purpose == Purpose.PART2:
        floor = Sensitivity.S3
    return max(floor, facts.sending.sensitivity)


def may_count(facts: GateFacts) -> bool:
    """Whether it may be noted that the person opens the message or follows its links.

    Openings and clicks of a patient's mail are PHI themselves. Never of what is specially protected.
    """
    limit = min(facts.sending.policy.counting_up_to, Sensitivity.S2)
    return sensitivity_of(facts) <= limit and not facts.person.refuses_counting


def evidence_for(purpose: Purpose, person: PersonFacts) -> Evidence:
    """The strongest agreement on file for `purpose`; a withdrawal leaves none."""
    state = person.consents.get(purpose)
    if state == ConsentState.WITHDRAWN:
        return Evidence.NONE
    if purpose in person.authorizations:
        return Evidence.WRITTEN
    return Evidence.OPT_IN if state == ConsentState.GRANTED else Evidence.NONE


def evidence_needed(facts: GateFacts) -> Evidence:
    rule = PURPOSE_RULES[facts.sending.purpose]
    if not facts.person.is_patient:
        return rule.others_need
    if rule.policy_may_waive_opt_in and facts.sending.policy.may_operate_without_opt_in:
        return Evidence.NONE
    return rule.patients_need


def lacks_evidence(facts: GateFacts, needed: Evidence) -> bool:
    """True if `needed` is what the purpose asks for, and less is on file.

    A withdrawal has a reason of its own, so that reports tell it from a person never asked.
    """
    purpose, person = facts.sending.purpose, facts.person
    if evidence_needed(facts) is not needed or is_withdrawn(facts):
        return False
    return evidence_for(purpose, person) < needed


def lacks_opt_in_of_patient(facts: GateFacts) -> bool:
    return facts.person.is_patient and lacks_evidence(facts, Evidence.OPT_IN)


def lacks_opt_in_of_other(facts: GateFacts) -> bool:
    """Told apart, as for care the one needs an opt-in and the patient none."""
    return not facts.person.is_patient and lacks_evidence(facts, Evidence.OPT_IN)


def lacks_authorization(facts: GateFacts) -> bool:
    return lacks_evidence(facts, Evidence.WRITTEN)


def is_withdrawn(facts: GateFacts) -> bool:
    return facts.person.consents.get(facts.sending.purpose) == ConsentState.WITHDRAWN


def is_discretionary(facts: GateFacts) -> bool:
    return PURPOSE_RULES[facts.sending.purpose].is_discretionary


def states_too_little(facts: GateFacts) -> bool:
    return not fits_pay(facts) and facts.sending.remuneration == Remuneration.UNSTATED


def states_other_pay(facts: GateFacts) -> bool:
    return not fits_pay(facts) and facts.sending.remuneration != Remuneration.UNSTATED


def fits_pay(facts: GateFacts) -> bool:
    return facts.sending.remuneration in PURPOSE_RULES[facts.sending.purpose].remuneration


def lacks_special_consent(facts: GateFacts) -> bool:
    is_special = sensitivity_of(facts) is Sensitivity.S3
    return is_special and evidence_for(Purpose.PART2, facts.person) is not Evidence.WRITTEN


def exceeds_cap(facts: GateFacts) -> bool:
    cap = facts.sending.policy.frequency_cap
    return cap is not None and is_discretionary(facts) and facts.person.recent_messages >= cap


def is_quiet(facts: GateFacts) -> bool:
    """Quiet hours may pass midnight: from 21:00 until 08:00."""
    policy, now = facts.sending.policy, facts.person.local_time
    if now is None or policy.quiet_from is None or policy.quiet_until is None:
        return False
    if not is_discretionary(facts):
        return False
    if policy.quiet_from <= policy.quiet_until:
        return policy.quiet_from <= now < policy.quiet_until
    return now >= policy.quiet_from or now < policy.quiet_until


def _suppressed(reason: SuppressionReason) -> Callable[[GateFacts], bool]:
    return lambda facts: facts.person.suppression == reason


RULES: tuple[Rule, ...] = (
    Rule(Reason.NO_AGREEMENT, Outcome.DENY, lambda f: not f.sending.agreement_in_force),
    Rule(Reason.WORKSPACE_ENDING, Outcome.DENY, lambda f: f.sending.is_frozen),
    Rule(
        Reason.PURPOSE_NOT_PERMITTED,
        Outcome.DENY,
        lambda f: (
            f.sending.agreement_in_force and f.sending.purpose not in f.sending.permitted_purposes
        ),
    ),
    Rule(Reason.NOT_APPROVED, Outcome.HOLD, lambda f: not f.sending.is_approved),
    Rule(Reason.REMUNERATION_NOT_STATED, Outcome.DENY, states_too_little),
    Rule(Reason.REMUNERATION_NOT_ALLOWED, Outcome.DENY, states_other_pay),
    Rule(Reason.CONSENT_WITHDRAWN, Outcome.DENY, is_withdrawn),
    Rule(Reason.CONSENT_MISSING, Outcome.DENY, lacks_opt_in_of_patient),
    Rule(Reason.NO_PATIENT_NO_OPT_IN, Outcome.DENY, lacks_opt_in_of_other),
    Rule(Reason.AUTHORIZATION_MISSING, Outcome.DENY, lacks_authorization),
    Rule(Reason.SPECIAL_CONSENT_MISSING, Outcome.DENY, lacks_special_consent),
    Rule(Reason.OPTED_OUT, Outcome.DENY, lambda f: f.person.has_opted_out),
    *(
        Rule(Reason(reason.value), Outcome.DENY, _suppressed(reason))
        for reason in SuppressionReason
    ),
    Rule(Reason.NO_ADDRESS, Outcome.DENY, lambda f: not f.person.has_address),
    Rule(Reason.DECEASED, Outcome.DENY, lambda f: f.person.is_deceased),
    Rule(Reason.APPOINTMENT_CANCELED, Outcome.DENY, lambda f: f.person.appointment_is_canceled),
    Rule(Reason.PAUSED, Outcome.DENY, lambda f: f.person.is_paused and is_discretionary(f)),
    Rule(Reason.FREQUENCY_CAP, Outcome.DENY, exceeds_cap),
    Rule(Reason.QUIET_HOURS, Outcome.HOLD, is_quiet),
    Rule(Reason.PREFERS_PORTAL, Outcome.PORTAL, lambda f: f.person.prefers_portal),
    Rule(
        Reason.SPECIALLY_PROTECTED,
        Outcome.PORTAL,
        lambda f: sensitivity_of(f) >= min(f.sending.policy.portal_from, Sensitivity.S3),
    ),
    Rule(
        Reason.SHARED_ADDRESS,
        Outcome.PORTAL,
        lambda f: f.person.shares_address and sensitivity_of(f) >= Sensitivity.S2,
    ),
    Rule(
        Reason.LISTED_DOMAIN,
        Outcome.PORTAL,
        lambda f: (
            f.person.domain in f.sending.policy.portal_domains
            and sensitivity_of(f) >= Sensitivity.S1
        ),
    ),
)
