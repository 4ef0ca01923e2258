"""The order of a disposal: what two people let go, signed, and an event of the log that never goes itself.

It is in the tree before the first event goes: whoever finds a gap later finds the order for it, or its lack.
"""

import base64

from django.db import transaction

from audit import evidence, leaf, sequencing, services
from audit.models import Archive, Disposal
from audit.services import Actor
from audit.verifier import DISPOSAL, ORDERED
from tenancy import clock
from tenancy.scope import current_tenant_id


def give(disposal: Disposal) -> None:
    """Sign what was granted, and let the tree say so. Not for an open transaction."""
    key = evidence.signers().key
    text = leaf.canonical(manifest(disposal)).decode()
    signature = base64.b64encode(key.sign(text.encode())).decode()
    granter = Actor(kind="user", id=disposal.granted_by, name=disposal.granted_by_name)
    with transaction.atomic():
        event = services.record_order(
            ORDERED, actor=granter, on=disposal, order=text, signature=signature
        )
        disposal.event_id, disposal.status = event.pk, Disposal.Status.ORDERED
        disposal.save(update_fields=["event_id", "status"])
    sequencing.catch_up()


def manifest(disposal: Disposal) -> dict[str, object]:
    """Which places go, who asked and who granted it when, and the files that hold them."""
    archives = Archive.objects.filter(end__lte=disposal.end).exclude(sha256="").order_by("month")
    return {
        "format": DISPOSAL,
        "tenant": str(current_tenant_id()),
        "disposal": str(disposal.pk),
        "first": disposal.first,
        "end": disposal.end,
        "until": f"{disposal.month:%Y-%m}",
        "asked_by": {"id": disposal.asked_by, "name": disposal.asked_by_name},
        "asked_at": leaf.timestamp(disposal.asked_at),
        "granted_by": {"id": disposal.granted_by, "name": disposal.granted_by_name},
        "granted_at": leaf.timestamp(disposal.granted_at or clock.now()),
        "archives_stay": disposal.keeps_archives,
        "archives": [
            {"month": f"{each.month:%Y-%m}", "first": each.first, "end": each.end, "sha256": each.sha256}
            for each in archives
        ],
    }  # fmt: skip
