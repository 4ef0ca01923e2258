"""A new secret for a key, while the old one goes on for as long as the system needs to change over."""

from datetime import timedelta

from django.db import transaction

from accounts.api_keys import CLIENT_PREFIX, PREFIX, hashed, hint, new_secret
from accounts.models import ApiKey
from accounts.models.api_keys import LONGEST_OVERLAP
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError


class NotRotated(DomainError):
    """The key has ended, two secrets work already, or the overlap is too long."""


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta, actor: Actor) -> tuple[ApiKey, str]:
    """The key with a new secret, whose text cannot be had again. Raises NotRotated.

    Scopes, networks, allowance and last day stay: a new secret is no new right.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    now = clock.now()
    if not key.is_open:
        raise NotRotated("This key has ended. Make a new one.")
    if key.way == ApiKey.Way.KEY_PAIR:
        raise NotRotated("This system signs with its own keys. Change those.")
    if key.has_old_secret:
        raise NotRotated("Two secrets work already. End the old one first.")
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise NotRotated("Let the old secret go on for seven days at most.")
    key.old_hint, key.old_secret_hash, key.old_ends_at = key.hint, key.secret_hash, now + overlap
    key.rotated_at = now
    prefix = CLIENT_PREFIX if key.way == ApiKey.Way.SECRET else PREFIX
    secret = new_secret(prefix)
    key.hint, key.secret_hash = hint(secret), hashed(secret, prefix)
    key.save(
        update_fields=[
            "hint", "secret_hash", "old_hint", "old_secret_hash", "old_ends_at", "rotated_at",
        ]
    )  # fmt: skip
    audit.record("api_key.rotated", actor=actor, on=key, old_ends_at=key.old_ends_at.isoformat())
    return key, secret


@transaction.atomic
def end_old_secret(key: ApiKey, *, actor: Actor) -> None:
    """From now on only the newest secret works. Repeat-safe."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not key.has_old_secret:
        return
    key.old_hint, key.old_secret_hash, key.old_ends_at = "", None, None
    key.save(update_fields=["old_hint", "old_secret_hash", "old_ends_at"])
    audit.record("api_key.old_secret_ended", actor=actor, on=key)
