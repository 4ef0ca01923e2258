"""Addresses that get no mail."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance import queries
from compliance.errors import NotSuppressible
from compliance.facts import SuppressionReason
from compliance.models import Suppression


@transaction.atomic
def suppress(address: str, *, reason: SuppressionReason, source: str, actor: Actor) -> Suppression:
    """No mail goes to `address` from now on; repeating it keeps the first reason.

    Raises NotSuppressible if the text is not an email address.
    """
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotSuppressible("Enter one email address.") from error
    suppression, is_new = Suppression.objects.get_or_create(
        address_index=queries.address_index(address),
        defaults={"address": address, "reason": reason, "source": source},
    )
    if is_new:
        audit.record("suppression.added", actor=actor, on=suppression, reason=reason.value)
    return suppression


@transaction.atomic
def unsuppress(suppression: Suppression, *, why: str, actor: Actor) -> None:
    """Mail may go to the address again, as far as consent allows."""
    audit.record(
        "suppression.removed", actor=actor, on=suppression, was=suppression.reason, why=why
    )
    suppression.delete()
