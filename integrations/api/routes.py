"""What people ask of the way to them: always the portal, or email without full protection."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from contacts import services as contacts
from contacts import unprotected
from contacts.models import ConsentRecord, Contact
from contacts.models.consent import UNPROTECTED
from contacts.services.consent import Evidence
from integrations.api.base import Resource
from integrations.api.consents import ConsentAnswer, EvidenceBody, consent_shown
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import AboutContact, StrictSerializer, contact_of, refuse
from integrations.api.repeatable import repeatable

GRANTED = ConsentRecord.State.GRANTED


class UnprotectedBody(AboutContact):
    """A person whom you warned, and who asked for it all the same: for the address on file alone."""

    state = serializers.ChoiceField(ConsentRecord.State.choices)
    scope = serializers.ChoiceField(
        unprotected.Scope.choices, required=False, help_text="If granted: what is enough for them."
    )
    basis = serializers.ChoiceField(
        unprotected.Basis.choices, required=False, help_text="If granted: on which ground."
    )
    evidence = EvidenceBody(help_text="If granted, the wording is the warning that you gave.")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        missing = {"scope", "basis"} - attrs.keys()
        if attrs["state"] == GRANTED and missing:
            raise refuse(dict.fromkeys(missing, "Say this of a request."))
        return super().validate(attrs)


class RouteBody(StrictSerializer):
    prefers_portal = serializers.BooleanField(
        help_text="Everything goes by the secure portal, also where email would be safe."
    )


class RouteAnswer(serializers.Serializer):  # type: ignore[type-arg]
    contact_id = serializers.UUIDField()
    prefers_portal = serializers.BooleanField()


class Unprotected(Resource):
    scopes: ClassVar = {"POST": Scope.CONSENTS_WRITE}

    @documented(
        "consents_unprotected",
        "Record that a warned person asked for email without full protection, or takes it back",
        request=UnprotectedBody,
        answers={HTTPStatus.OK: ConsentAnswer, HTTPStatus.CREATED: ConsentAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """It counts where your policy honors such requests: never for promotion, nor for what is
        specially protected."""
        body = UnprotectedBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        contact, evidence = contact_of(asked), Evidence(**asked["evidence"])
        before = _latest(contact)
        if asked["state"] == GRANTED:
            wish = contacts.Request(
                unprotected.Scope(asked["scope"]), unprotected.Basis(asked["basis"])
            )
            contacts.record_unprotected(contact, wish, evidence=evidence, actor=self.actor)
        else:
            contacts.protect_again(contact, evidence=evidence, actor=self.actor)
        record = _latest(contact)
        if record is None:
            raise refuse({"state": "This person has not asked for it."})
        self.shows(1)
        status = HTTPStatus.OK if record == before else HTTPStatus.CREATED
        return Response(consent_shown(record, sees_phi=self.sees_phi), status=status)


class ContactRoute(Resource):
    scopes: ClassVar = {"GET": Scope.CONSENTS_READ, "POST": Scope.CONSENTS_WRITE}

    @documented(
        "contacts_route",
        "Look at whether somebody wants everything in the portal",
        answers={HTTPStatus.OK: RouteAnswer},
    )
    def get(self, _: Request, contact_id: UUID) -> Response:
        contact = get_object_or_404(Contact, pk=contact_id)
        self.shows(1)
        return Response(_route_shown(contact))

    @documented(
        "contacts_choose_route",
        "Record whether somebody wants everything in the portal",
        request=RouteBody,
        answers={HTTPStatus.OK: RouteAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Takes effect at once, also for mail that waits."""
        contact = get_object_or_404(Contact, pk=contact_id)
        body = RouteBody(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data["prefers_portal"]
        if wanted != contact.prefers_portal:
            contacts.choose_route(contact, prefers_portal=wanted, actor=self.actor)
            contact.refresh_from_db(fields=["prefers_portal"])
        self.shows(1)
        return Response(_route_shown(contact))


def _latest(contact: Contact) -> ConsentRecord | None:
    records = ConsentRecord.objects.filter(contact_id=contact.pk, purpose=UNPROTECTED)
    return records.order_by("-recorded_at", "-id").first()


def _route_shown(contact: Contact) -> dict[str, object]:
    return {"contact_id": str(contact.pk), "prefers_portal": contact.prefers_portal}
