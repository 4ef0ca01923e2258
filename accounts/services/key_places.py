"""A key that comes from a place that it may not come from: somebody may have copied it."""

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import ApiKey, Membership
from accounts.models.api_keys import TOLD_EVERY
from accounts.networks import includes
from accounts.permissions import PERMISSIONS
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

# The request that brings the key is one of the API host, which has no pages.
STAFF = "config.urls.staff"


def refuse_elsewhere(key: ApiKey, address: str) -> bool:
    """Whether the key may not be used from `address`; then the trail and the administrators know."""
    if not key.networks or includes(key.networks, address):
        return False
    actor = Actor(kind="api_key", id=str(key.pk), name=key.name)
    audit.record_denial("api_key.used", actor=actor, on=key, reason="address", address=address)
    _tell(key)
    return True


@transaction.atomic
def _tell(key: ApiKey) -> None:
    """Mail everybody who may end the key, at most once an hour."""
    now = clock.now()
    due = Q(told_at__isnull=True) | Q(told_at__lte=now - TOLD_EVERY)
    if not ApiKey.objects.filter(due, pk=key.pk).update(told_at=now):
        return
    context = {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "key": key.name,
        "link": url_on("staff", reverse("api_keys:detail", STAFF, [key.pk])),
    }
    keepers = Membership.objects.select_related("user").filter(
        role__in=PERMISSIONS["api_keys.edit"], status=Membership.Status.ACTIVE
    )
    for keeper in keepers.order_by("pk"):
        tenancy.queue_system_mail(to=keeper.user.email, kind="key_elsewhere", context=context)
