"""Checkpoints leave for places where we cannot change them: what was anchored cannot be rewritten unnoticed.

A download is for a person; a mail or a webhook goes out once a day, if the tenant wants it.
"""

import base64
from datetime import timedelta
from uuid import UUID

import orjson
from django.db import connection, transaction

from audit import notes, queries, sequencing, services
from audit.models import Anchor, Anchoring, Checkpoint
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.fetch import Door, FetchFailed
from tenancy.scope import current_tenant_id, platform_scope
from tenancy.web_address import WebAddressRefused

EVERY = timedelta(days=1)
# An hour of a broken receiver does not make the window of a day much longer.
AGAIN = timedelta(hours=1)
JSON = {"Content-Type": "application/json"}


class NothingToAnchor(DomainError):
    """No event of this workspace has been signed yet."""


def fresh_checkpoint() -> Checkpoint:
    """Over everything that is committed now. Not for an open transaction. Raises NothingToAnchor."""
    sequencing.catch_up()
    checkpoint = queries.newest_checkpoint()
    if checkpoint is None:
        raise NothingToAnchor("There is no event to sign yet.")
    return checkpoint


def download(*, actor: Actor) -> bytes:
    """The newest checkpoint as a file. Keep it where the service cannot reach it."""
    checkpoint = fresh_checkpoint()
    with transaction.atomic():
        keep(checkpoint, Anchor.Way.DOWNLOAD)
        services.record("checkpoint.taken", actor=actor, on=checkpoint, size=checkpoint.size)
    return checkpoint.note.encode()


@transaction.atomic
def choose_ways(*, by_mail: bool, webhook_url: str | None, actor: Actor) -> Anchoring:
    """Switch the daily mail and the daily call of a system on or off. `webhook_url` was checked by its form."""
    ways, _ = Anchoring.objects.get_or_create()
    ways = Anchoring.objects.select_for_update().get(pk=ways.pk)
    now = clock.now()
    ways.mail_due_at = (ways.mail_due_at or now) if by_mail else None
    ways.webhook_url = webhook_url or None
    ways.webhook_due_at = (ways.webhook_due_at or now) if webhook_url else None
    ways.save(update_fields=["mail_due_at", "webhook_url", "webhook_due_at"])
    services.record(
        "anchoring.changed", actor=actor, on=ways, mail=by_mail, webhook=bool(webhook_url)
    )
    return ways


def tenants_due() -> list[UUID]:
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT kernel.due_anchors()")
        return [row[0] for row in cursor.fetchall()]


def post(ways: Anchoring, door: Door) -> Anchor:
    """Send the newest checkpoint to the tenant's system; a failure is kept too, and tried again in an hour."""
    checkpoint, problem = fresh_checkpoint(), ""
    try:
        answer = door.post(ways.webhook_url or "", payload(checkpoint), JSON)
    except FetchFailed as failed:
        problem = failed.failure.value
    except WebAddressRefused:
        problem = "refused"
    else:
        problem = "" if answer.status < 300 else f"status_{answer.status}"
    with transaction.atomic():
        anchor = keep(checkpoint, Anchor.Way.WEBHOOK, problem=problem)
        ways.webhook_due_at = clock.now() + (AGAIN if problem else EVERY)
        ways.save(update_fields=["webhook_due_at"])
        services.record("checkpoint.sent", actor=SYSTEM, on=checkpoint, problem=problem)
    return anchor


def payload(checkpoint: Checkpoint) -> bytes:
    """What a webhook gets: the signed note, and its parts for systems that do not read notes."""
    key = notes.verifier_key(sequencing.origin(current_tenant_id()), bytes(checkpoint.public_key))
    return orjson.dumps(
        {
            "type": "audit.checkpoint",
            "size": checkpoint.size,
            "root": base64.b64encode(checkpoint.root).decode(),
            "note": checkpoint.note,
            "key": key,
        }
    )


def keep(checkpoint: Checkpoint, way: Anchor.Way, *, problem: str = "") -> Anchor:
    return Anchor.objects.create(
        way=way, size=checkpoint.size, note=checkpoint.note, problem=problem
    )
