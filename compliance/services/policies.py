"""What the tenant decides about its mail."""

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance.models import Policy
from tenancy import clock


@transaction.atomic
def set_policy(changes: dict[str, object], *, actor: Actor) -> Policy:
    """Store `changes` (field to value); the audit event names old and new of each field."""
    Policy.objects.get_or_create()
    policy = Policy.objects.select_for_update().get()
    changed = {
        name: {"was": _plain(getattr(policy, name)), "is": _plain(value)}
        for name, value in changes.items()
        if getattr(policy, name) != value
    }
    if not changed:
        return policy
    for name in changed:
        setattr(policy, name, changes[name])
    policy.changed_at = clock.now()
    policy.save(update_fields=[*changed, "changed_at"])
    audit.record("policy.changed", actor=actor, on=policy, changed=changed)
    return policy


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
