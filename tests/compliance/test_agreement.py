"""Signing, countersigning and ending; and that nobody can change what was signed."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from compliance import queries
from compliance import services as compliance
from compliance.agreement_text import fingerprint
from compliance.errors import (
    AgreementNotInForce,
    AgreementNotPending,
    AgreementNotSignable,
    AgreementRequired,
)
from compliance.models import Agreement
from compliance.purposes import Purpose
from tenancy.scope import tenant_scope
from tests.factories.compliance import OPERATOR, OWNER, agreement_in_force, sign

COUNTERSIGNATURE = compliance.Signature("Olga Operator", "Compliance", "198.51.100.9", OPERATOR)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("recorded_at").values_list("action", flat=True))


def test_a_signature_holds_the_whole_text_and_waits(clinic):
    agreement = sign([Purpose.TREATMENT, Purpose.APPOINTMENT])
    assert "between Elm Street Clinic" in agreement.text
    assert agreement.text_hash == fingerprint(agreement.text)
    assert (agreement.signer_name, agreement.signer_title) == ("Omar Owner", "Managing partner")
    assert agreement.signer_address == "203.0.113.7"
    assert agreement.permitted_purposes == ["treatment", "appointment"]
    assert queries.waiting_agreement() == agreement
    assert queries.agreement_in_force() is None
    assert actions() == ["agreement.signed"]


def test_nothing_is_in_force_before_the_countersignature(clinic):
    sign()
    with pytest.raises(AgreementRequired, match="Sign it under Compliance"):
        queries.require_agreement()


def test_the_countersignature_puts_it_in_force(clinic):
    agreement = agreement_in_force()
    assert queries.require_agreement() == agreement
    assert agreement.countersigner_name == "Olga Operator"
    assert actions() == ["agreement.signed", "agreement.countersigned"]


def test_a_newer_agreement_replaces_the_older_only_when_countersigned(clinic):
    first = agreement_in_force([Purpose.TREATMENT])
    second = sign([Purpose.PAYMENT])
    assert queries.require_agreement() == first
    compliance.countersign(second, COUNTERSIGNATURE)
    assert queries.require_agreement() == second
    first.refresh_from_db()
    assert (first.status, first.end_reason) == ("ended", "Replaced by a newer agreement.")


def test_refuses_a_second_signature_while_one_waits(clinic):
    sign()
    with pytest.raises(AgreementNotSignable, match="waits for Sealpost"):
        sign()
    assert actions() == ["agreement.signed"]


def test_refuses_an_agreement_that_permits_nothing(clinic):
    with pytest.raises(AgreementNotSignable, match="Choose at least one purpose"):
        sign([])
    assert Agreement.objects.count() == 0


def test_refuses_a_signature_under_another_text_than_was_shown(clinic):
    shown = queries.text_on_offer([Purpose.TREATMENT])
    signature = compliance.Signature("Omar Owner", "Partner", "203.0.113.7", OWNER)
    with pytest.raises(AgreementNotSignable, match="not the one that you read"):
        compliance.sign_agreement(
            signature, permitted_purposes=[Purpose.MARKETING], text_hash=fingerprint(shown)
        )
    assert Agreement.objects.count() == 0


def test_refuses_to_countersign_twice(clinic):
    agreement = agreement_in_force()
    with pytest.raises(AgreementNotPending):
        compliance.countersign(agreement, COUNTERSIGNATURE)


def test_an_end_stops_everything_and_is_final(clinic):
    agreement = compliance.end_agreement(agreement_in_force(), reason="Moved on.", actor=OWNER)
    assert queries.agreement_in_force() is None
    assert actions()[-1] == "agreement.ended"
    with pytest.raises(AgreementNotInForce):
        compliance.end_agreement(agreement, reason="Again.", actor=OWNER)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Something else."},
        {"text_hash": "0" * 64},
        {"signer_name": "Mallory"},
        {"permitted_purposes": ["marketing"]},
        {"countersigner_name": "Mallory"},
        {"status": "active"},
        {"status": "ended", "ended_at": "2026-01-01T00:00:00Z", "end_reason": "x", "text": "y"},
    ],
)
def test_the_database_refuses_to_change_a_signature(clinic, change):
    agreement = sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**change)
    agreement.refresh_from_db()
    assert agreement.text_hash == fingerprint(agreement.text)
    assert (agreement.status, agreement.signer_name) == ("signed", "Omar Owner")


def test_the_database_refuses_to_bring_back_an_ended_agreement(clinic):
    agreement = compliance.end_agreement(agreement_in_force(), reason="Moved on.", actor=OWNER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(
            status="active", ended_at=None, end_reason=None
        )


def test_the_runtime_role_may_not_delete_an_agreement(clinic):
    sign()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM compliance_agreement")
    assert Agreement.objects.count() == 1


def test_the_operator_learns_which_tenants_wait_and_nothing_else(clinic, other_clinic):
    sign()
    with tenant_scope(other_clinic.id):
        assert clinic.id in queries.tenants_to_countersign()
        assert other_clinic.id not in queries.tenants_to_countersign()
        assert Agreement.objects.count() == 0
