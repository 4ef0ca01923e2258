"""What people agreed to or withdrew elsewhere, with the evidence."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from compliance.purposes import Purpose
from contacts.models import ConsentRecord, Contact
from contacts.services.consent import Evidence, record_consent, withdraw
from integrations.api.base import Resource
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import AboutContact, StrictSerializer, contact_of
from integrations.api.paging import PARAMETERS, page_of
from integrations.api.repeatable import repeatable

# A request for less protection says more than these, and has its own address.
KINDS = [
    (kind.value, kind.label)
    for kind in (ConsentRecord.Kind.OPT_IN, ConsentRecord.Kind.AUTHORIZATION)
]


class EvidenceBody(StrictSerializer):
    """How you know. A consent without its wording is no proof."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=200, help_text="Where: a form, a call, a visit."
    )
    wording = serializers.CharField(max_length=2_000, help_text="The text that the person saw.")
    kept = serializers.CharField(
        max_length=200, required=False, help_text="Where the signed original is kept."
    )
    language = serializers.CharField(max_length=10, required=False)
    said_at = serializers.DateTimeField(required=False, help_text="When, if not just now.")
    last_day = serializers.DateField(required=False, help_text="Ends an authorization.")


class ConsentBody(AboutContact):
    purpose = serializers.ChoiceField(Purpose.choices)
    state = serializers.ChoiceField(ConsentRecord.State.choices)
    kind = serializers.ChoiceField(
        KINDS, default=ConsentRecord.Kind.OPT_IN, help_text="If granted."
    )
    evidence = EvidenceBody()


class ConsentAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """One row of the consent ledger. Evidence is null without the scope for PHI."""

    id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    purpose = serializers.CharField()
    state = serializers.ChoiceField(ConsentRecord.State.choices)
    kind = serializers.ChoiceField(ConsentRecord.Kind.choices)
    evidence = serializers.DictField(child=serializers.CharField(), allow_null=True)
    occurred_at = serializers.DateTimeField()


class ConsentPage(serializers.Serializer):  # type: ignore[type-arg]
    data = ConsentAnswer(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)


class Consents(Resource):
    scopes: ClassVar = {"POST": Scope.CONSENTS_WRITE}

    @documented(
        "consents_record",
        "Record that somebody agreed or withdrew",
        request=ConsentBody,
        answers={HTTPStatus.OK: ConsentAnswer, HTTPStatus.CREATED: ConsentAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Takes effect at once, also for mail that waits. A second withdrawal answers the first."""
        consent = ConsentBody(data=request.data)
        consent.is_valid(raise_exception=True)
        values = consent.validated_data
        contact = contact_of(values)
        evidence = Evidence(**values["evidence"])
        if values["state"] == ConsentRecord.State.WITHDRAWN:
            records = withdraw(
                contact, purposes=[values["purpose"]], evidence=evidence, actor=self.actor
            )
        else:
            records = [
                record_consent(
                    contact,
                    purpose=values["purpose"],
                    kind=values["kind"],
                    evidence=evidence,
                    actor=self.actor,
                )
            ]
        status = HTTPStatus.CREATED if records else HTTPStatus.OK
        record = records[0] if records else _latest(contact, values["purpose"])
        self.shows(1)
        return Response(consent_shown(record, sees_phi=self.sees_phi), status=status)


class ContactConsents(Resource):
    scopes: ClassVar = {"GET": Scope.CONSENTS_READ}

    @documented(
        "contacts_consents",
        "List what a contact agreed to and withdrew",
        answers={HTTPStatus.OK: ConsentPage},
        parameters=PARAMETERS,
    )
    def get(self, request: Request, contact_id: UUID) -> Response:
        contact = get_object_or_404(Contact, pk=contact_id)
        records = ConsentRecord.objects.filter(contact_id=contact.pk)
        page, next_cursor = page_of(records, request)
        self.shows(1)
        data = [consent_shown(record, sees_phi=self.sees_phi) for record in page]
        return Response({"data": data, "next_cursor": next_cursor})


def _latest(contact: Contact, purpose: str) -> ConsentRecord:
    records = ConsentRecord.objects.filter(contact_id=contact.pk, purpose=purpose)
    return records.latest("recorded_at")


def consent_shown(record: ConsentRecord, *, sees_phi: bool) -> dict[str, object]:
    return {
        "id": str(record.pk),
        "contact_id": str(record.contact_id),
        "purpose": record.purpose,
        "state": record.state,
        "kind": record.kind,
        "evidence": record.evidence if sees_phi else None,
        "occurred_at": record.occurred_at.isoformat(),
    }
