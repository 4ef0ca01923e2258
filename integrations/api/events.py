"""Facts about people that other systems learn first: a result is ready, a visit was booked."""

from datetime import timedelta
from http import HTTPStatus
from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from audit import services as audit
from compliance.queries import require_agreement
from contacts.models import Activity
from contacts.services.activity import Fact, record_facts
from integrations.api.base import Resource
from integrations.api.contact_values import ValueField
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import AboutContact, contact_of, refuse
from integrations.api.repeatable import repeatable
from tenancy import clock

# Clocks of two systems differ a little.
AHEAD = timedelta(minutes=5)


class EventBody(AboutContact):
    name = serializers.RegexField(
        r"^[a-z][a-z0-9_.]{0,59}$", help_text="What happened: lab_result.ready, visit.booked."
    )
    occurred_at = serializers.DateTimeField(required=False, help_text="When, if not just now.")
    properties = serializers.DictField(child=ValueField(allow_null=True), required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        attrs = super().validate(attrs)
        occurred_at = attrs.setdefault("occurred_at", clock.now())
        if occurred_at > clock.now() + AHEAD:  # type: ignore[operator]
            raise refuse({"occurred_at": "Send what has happened, not what will."})
        return attrs


class EventAnswer(serializers.Serializer):  # type: ignore[type-arg]
    contact_id = serializers.UUIDField()
    name = serializers.CharField()
    occurred_at = serializers.DateTimeField()


class Events(Resource):
    scopes: ClassVar = {"POST": Scope.EVENTS_WRITE}

    @documented(
        "events_report",
        "Report a fact about a person",
        request=EventBody,
        answers={HTTPStatus.CREATED: EventAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """It appears in the timeline of the person; segments can ask whether anything was reported."""
        event = EventBody(data=request.data)
        event.is_valid(raise_exception=True)
        values = event.validated_data
        require_agreement()
        contact = contact_of(values)
        detail = {"name": values["name"], "properties": values.get("properties", {})}
        fact = Fact(
            contact.pk,
            Activity.Kind.OBSERVED,
            cause="api",
            cause_id=self.key.pk,
            occurred_at=values["occurred_at"],
            detail=detail,
        )
        record_facts([fact])
        audit.record("contact.observed", actor=self.actor, on=contact)
        answer = {
            "contact_id": str(contact.pk),
            "name": values["name"],
            "occurred_at": values["occurred_at"].isoformat(),
        }
        return Response(answer, status=HTTPStatus.CREATED)
