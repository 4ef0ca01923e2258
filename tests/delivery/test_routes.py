"""The table of routes over every state of a finite model, and what holds in all of them."""

import itertools
from uuid import UUID

import pytest

from compliance.facts import (
    Acceptance,
    Fallback,
    Outcome,
    Reason,
    Sensitivity,
    TransportLevel,
    Verdict,
)
from compliance.purposes import Evidence
from delivery.reports.reasons import OF_ROUTES
from delivery.routes import RULES, RouteFacts, Trouble, Way, decide
from delivery.wire.levels import Level

CONSENT = UUID(int=1)
ACCEPTED = (
    None,
    Acceptance(TransportLevel.ENCRYPTED, CONSENT),
    Acceptance(TransportLevel.ANY, CONSENT),
)
FLOORS = [level for level in TransportLevel if level >= TransportLevel.VERIFIED]
LEAVES = {Way.SMIME, Way.VERIFIED_TLS, Way.CONSENTED, Way.BEST_AVAILABLE}
S0, S1, S2, S3 = Sensitivity
AS_LEVEL = dict(zip(TransportLevel, ("T0", "T1", "T2", "T2P", "T3", "T4"), strict=True))


def verdicts():
    """Every verdict that the gate can give."""
    for outcome, sensitivity in itertools.product(Outcome, Sensitivity):
        if sensitivity is S0:
            yield Verdict(outcome, (), TransportLevel.ANY, Evidence.NONE, S0)
            continue
        for floor, accepts in itertools.product(FLOORS, ACCEPTED):
            is_special = sensitivity is S3
            if is_special and (accepts or outcome is Outcome.ALLOW):
                continue  # the gate never says so: tests/compliance/test_gate_routes.py
            yield Verdict(outcome, (), floor, Evidence.NONE, sensitivity, accepts)


def model():
    for verdict, otherwise in itertools.product(verdicts(), Fallback):
        for author, was_safe, waited, encrypts in itertools.product([False, True], repeat=4):
            for trouble in (None, *Trouble):
                yield RouteFacts(
                    verdict, otherwise, author, was_safe, trouble, waited, can_encrypt=encrypts
                )


AT_ONCE = {Outcome.DENY: (Way.NOWHERE, "denied"), Outcome.HOLD: (Way.WAIT, "not_yet")}
TOLD = {
    Trouble.NAMES: "names_not_trusted",
    Trouble.DANE: "dane_failed",
    Trouble.MTA_STS: "mta_sts_failed",
    Trouble.PIN: "pin_failed",
    Trouble.STABLE: "not_safe_enough",
    Trouble.PASSING: "not_safe_enough",
    Trouble.NEVER_PROMISED: "not_safe_enough",
}
BEST, VERIFIED = (Way.BEST_AVAILABLE, "best_available"), (Way.VERIFIED_TLS, "verified_tls")


def expected(f: RouteFacts) -> tuple[Way, str]:
    """The rules of delivery.md 2.3 as they are told to people, one after the other."""
    if f.verdict.outcome in AT_ONCE:
        return AT_ONCE[f.verdict.outcome]
    if f.verdict.outcome is Outcome.PORTAL:
        return Way.PORTAL, "portal"
    if f.author_wants_portal:
        return Way.PORTAL, "author_choice"
    if f.trouble:
        return in_trouble(f)
    if f.verdict.sensitivity is S0:
        return BEST
    if f.can_encrypt:
        return Way.SMIME, "smime"
    return (Way.CONSENTED, "consented") if f.verdict.accepts and not f.was_safe else VERIFIED


def in_trouble(f: RouteFacts) -> tuple[Way, str]:
    instead = Way(f.otherwise.value) if f.verdict.sensitivity > S0 else Way.HOLD
    suspicious = f.was_safe and f.trouble in {Trouble.STABLE, Trouble.PASSING}
    told = "downgraded" if suspicious else TOLD[f.trouble]
    return (instead if f.has_waited else Way.HOLD), told


def test_every_state_of_the_model_takes_the_way_that_the_rules_name():
    states = list(model())
    assert len(states) == 43_008
    for facts in states:
        route = decide(facts)
        assert (route.way, route.rule) == expected(facts), facts


def test_nothing_travels_below_its_floor_without_a_recorded_consent():
    for facts in model():
        route = decide(facts)
        if route.required < Level(facts.verdict.required_level.value):
            assert route.way is Way.CONSENTED
            assert route.required is Level[AS_LEVEL[facts.verdict.accepts.level]]
            assert route.as_record()["consent"] == str(CONSENT)


def test_a_domain_that_was_safe_lately_is_never_reached_below_the_floor():
    for facts in model():
        if facts.was_safe:
            assert decide(facts).required is Level[AS_LEVEL[facts.verdict.required_level]]


def test_specially_protected_mail_never_leaves_by_email():
    special = [facts for facts in model() if facts.verdict.sensitivity is S3]
    assert special
    assert LEAVES.isdisjoint(decide(facts).way for facts in special)


def test_nor_if_the_gate_had_let_it_pass():
    verdict = Verdict(Outcome.ALLOW, (), TransportLevel.VERIFIED, Evidence.NONE, S3, ACCEPTED[2])
    route = decide(RouteFacts(verdict))
    assert (route.way, route.reasons) == (Way.PORTAL, ("specially_protected",))


def test_trouble_never_leads_onto_the_wire_again_with_less():
    """Held and tried again is all that happens; what the next try needs is decided from the start."""
    for facts in model():
        if facts.trouble:
            assert decide(facts).way not in LEAVES


def test_more_sensitive_mail_is_never_protected_less():
    for facts in model():
        if facts.verdict.sensitivity is not S1:
            continue
        more = facts._replace(verdict=facts.verdict._replace(sensitivity=S2))
        assert decide(more).required >= decide(facts).required
        less = facts.verdict._replace(
            sensitivity=S0, required_level=TransportLevel.ANY, accepts=None
        )
        assert decide(facts._replace(verdict=less)).required <= decide(facts).required


@pytest.mark.parametrize("otherwise", Fallback)
def test_only_what_the_policy_says_becomes_of_held_mail(otherwise):
    verdict = Verdict(Outcome.ALLOW, (), TransportLevel.VERIFIED, Evidence.NONE, S2)
    for trouble in Trouble:
        facts = RouteFacts(verdict, otherwise, trouble=trouble, has_waited=True)
        assert decide(facts).way == Way(otherwise.value)


def test_the_gates_reasons_go_along():
    reasons = (Reason.SHARED_ADDRESS, Reason.PREFERS_PORTAL)
    verdict = Verdict(Outcome.PORTAL, reasons, TransportLevel.VERIFIED, Evidence.NONE, S2)
    route = decide(RouteFacts(verdict))
    assert route.reasons == ("shared_address", "prefers_portal")
    assert route.as_record() == {"rule": "portal", "required": "T2"}


def test_rules_stand_in_the_order_of_the_specification_and_each_has_words():
    numbers = [rule.number for rule in RULES]
    assert numbers == sorted(numbers)
    assert {rule.name for rule in RULES} == set(OF_ROUTES)
    assert all(words[0].isupper() and words.endswith(".") for words in OF_ROUTES.values())
