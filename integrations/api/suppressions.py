"""Addresses that get no mail: listed, looked up, added and lifted by systems."""

from http import HTTPStatus
from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from compliance import queries
from compliance import services as compliance
from compliance.addresses import require_address
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from integrations.api.base import Resource
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import StrictSerializer
from integrations.api.paging import PARAMETERS, page_of
from integrations.api.repeatable import repeatable
from integrations.problems import SuppressionNotFound

NO_ROW = "Nothing stops mail to this address here. Consent decides."


class AddressBody(StrictSerializer):
    """An address stands in a body, never in the address of a request, which is logged."""

    email = serializers.CharField(
        max_length=254, validators=[require_address], help_text="One whole email address."
    )


class SuppressionBody(AddressBody):
    reason = serializers.ChoiceField(
        SuppressionReason.choices,
        default=SuppressionReason.REQUESTED,
        help_text="What you know. The first reason of an address stays, unless the person says one "
        "later.",
    )


class LiftBody(AddressBody):
    why = serializers.CharField(max_length=300, help_text="Kept in the audit log.")


class SuppressionAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """`email` is null without the scope for PHI, and for an erased person."""

    id = serializers.UUIDField()
    email = serializers.CharField(allow_null=True)
    reason = serializers.ChoiceField(SuppressionReason.choices)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Suppression.Source.choices, help_text="Who told us."
    )
    suppressed_at = serializers.DateTimeField()


class SuppressionPage(serializers.Serializer):  # type: ignore[type-arg]
    data = SuppressionAnswer(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)


class Suppressions(Resource):
    scopes: ClassVar = {"GET": Scope.SUPPRESSIONS_READ, "POST": Scope.SUPPRESSIONS_WRITE}

    @documented(
        "suppressions_list",
        "List addresses that get no mail",
        answers={HTTPStatus.OK: SuppressionPage},
        parameters=PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        page, next_cursor = page_of(Suppression.objects.all(), request)
        self.shows(len(page))
        data = [_shown(one, sees_phi=self.sees_phi) for one in page]
        return Response({"data": data, "next_cursor": next_cursor})

    @documented(
        "suppressions_add",
        "Suppress an address",
        request=SuppressionBody,
        answers={HTTPStatus.OK: SuppressionAnswer, HTTPStatus.CREATED: SuppressionAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """No mail goes there from now on, whatever the purpose, also none that waits."""
        body = SuppressionBody(data=request.data)
        body.is_valid(raise_exception=True)
        queries.require_agreement()
        is_known = queries.suppression_of(body.validated_data["email"]) is not None
        suppression = compliance.suppress(
            body.validated_data["email"],
            reason=SuppressionReason(body.validated_data["reason"]),
            source=Suppression.Source.SYSTEM,
            actor=self.actor,
        )
        self.shows(1)
        status = HTTPStatus.OK if is_known else HTTPStatus.CREATED
        return Response(_shown(suppression, sees_phi=self.sees_phi), status=status)


class Search(Resource):
    scopes: ClassVar = {"POST": Scope.SUPPRESSIONS_READ}

    @documented(
        "suppressions_search",
        "Look an address up",
        request=AddressBody,
        answers={HTTPStatus.OK: SuppressionAnswer},
    )
    def post(self, request: Request) -> Response:
        """Not found means that nothing stops mail to it here."""
        body = AddressBody(data=request.data)
        body.is_valid(raise_exception=True)
        suppression = queries.suppression_of(body.validated_data["email"])
        if suppression is None:
            raise SuppressionNotFound(NO_ROW)
        self.shows(1)
        return Response(_shown(suppression, sees_phi=self.sees_phi))


class Lift(Resource):
    scopes: ClassVar = {"POST": Scope.SUPPRESSIONS_WRITE}

    @documented(
        "suppressions_lift",
        "Let mail go to an address again",
        request=LiftBody,
        answers={HTTPStatus.OK: SuppressionAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """As far as consent allows. What the person said is lifted by your staff only (409)."""
        body = LiftBody(data=request.data)
        body.is_valid(raise_exception=True)
        lifted = compliance.lift_for_system(
            body.validated_data["email"], why=body.validated_data["why"], actor=self.actor
        )
        if lifted is None:
            raise SuppressionNotFound(NO_ROW)
        self.shows(1)
        return Response(_shown(lifted, sees_phi=self.sees_phi))


def _shown(suppression: Suppression, *, sees_phi: bool) -> dict[str, object]:
    return {
        "id": str(suppression.pk),
        "email": (suppression.address or None) if sees_phi else None,
        "reason": suppression.reason,
        "source": suppression.source,
        "suppressed_at": suppression.suppressed_at.isoformat(),
    }
