"""What a tenant decides, and what the gate makes of it."""

from datetime import time

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.facts import GatePolicy, Sensitivity, TransportLevel
from compliance.models import Policy
from compliance.purposes import Purpose, Remuneration
from tests.factories.compliance import agreement_in_force


def test_begins_with_the_strictest_useful_defaults(clinic):
    assert queries.policy().approval_mode == Policy.ApprovalMode.SECOND_PERSON
    assert queries.policy().for_gate() == GatePolicy(frequency_cap=4)
    assert Policy.objects.count() == 0


def test_stores_a_change_and_what_it_was(clinic, nurse):
    compliance.set_policy(
        {"tls_floor": 3, "quiet_from": time(21), "quiet_until": time(8)}, actor=nurse
    )
    gate = queries.policy().for_gate()
    assert (gate.tls_floor, gate.quiet_from) == (TransportLevel.MTA_STS, time(21))
    assert AuditEvent.objects.get(action="policy.changed").detail == {
        "changed": {
            "tls_floor": {"was": 2, "is": 3},
            "quiet_from": {"was": None, "is": "21:00:00"},
            "quiet_until": {"was": None, "is": "08:00:00"},
        }
    }


def test_no_change_leaves_no_event(clinic, nurse):
    compliance.set_policy({"tls_floor": 2}, actor=nurse)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"tls_floor": 1},
        {"tls_floor_limited": 1},
        {"fallback_care": "drop"},
        {"fallback_promotion": "plain"},
        {"hold_hours": 73},
        {"portal_from": 0},
        {"counting_up_to": 3},
        {"portal_expiry_days": 0},
        {"frequency_window_days": 91},
        {"quiet_from": time(21)},
        {"approval_mode": "nobody"},
    ],
)
def test_the_database_refuses_a_policy_that_protects_too_little(clinic, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create(**change)
    assert not Policy.objects.exists()


def test_facts_of_a_sending_come_from_agreement_and_policy(clinic):
    def facts():
        return queries.sending_facts(
            "treatment", sensitivity=Sensitivity.S1, remuneration="none", is_approved=True
        )

    assert (facts().agreement_in_force, facts().permitted_purposes) == (False, frozenset())
    agreement_in_force([Purpose.TREATMENT])
    assert (facts().agreement_in_force, facts().permitted_purposes) == (True, {"treatment"})
    assert facts().remuneration is Remuneration.NONE
