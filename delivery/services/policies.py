"""What a workspace knows of its recipients' domains between processes: their policies and their servers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import transaction

from delivery.models import StsPolicy
from delivery.services import pins, server_sets
from delivery.services.server_sets import Known
from delivery.wire.door import Envelope, Outcome
from delivery.wire.pins import Pin
from delivery.wire.policies import KeptPolicy
from delivery.wire.sts import Mode, Policy
from tenancy import clock
from tenancy.keyring import current_keys


@dataclass
class Memory:
    """Of one turn of a worker: read before its messages go out, written with their outcomes."""

    known: dict[str, KeptPolicy | None] = field(default_factory=dict)
    fresh: dict[str, KeptPolicy] = field(default_factory=dict)
    told: dict[str, Pin] = field(default_factory=dict)
    servers: dict[str, Known] = field(default_factory=dict)
    changed: dict[str, Known] = field(default_factory=dict)

    def recalled(self, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """The envelopes, with what is known of their domains."""
        unasked = {envelope.domain for envelope in envelopes} - self.known.keys()
        if unasked:
            self.known |= dict.fromkeys(unasked) | known(unasked)
            self.told |= pins.known(unasked)
            self.servers |= server_sets.known(unasked)
        return [self._recalled(envelope) for envelope in envelopes]

    def _recalled(self, envelope: Envelope) -> Envelope:
        policy = self.known[envelope.domain]
        pin = self.told.get(envelope.domain) or server_sets.steady(
            self.servers.get(envelope.domain)
        )
        return replace(envelope, known_policy=policy, pin=pin) if policy or pin else envelope

    def learn(self, envelope: Envelope, outcome: Outcome) -> None:
        """What the try fetched, or another workspace's before."""
        if outcome.policy and outcome.policy != self.known.get(envelope.domain):
            self.known[envelope.domain] = self.fresh[envelope.domain] = outcome.policy
        before = self.servers.get(envelope.domain)
        now = server_sets.after(before, outcome)
        if now and now != before:
            self.servers[envelope.domain] = self.changed[envelope.domain] = now

    def store(self) -> None:
        """Write down what is new."""
        if self.fresh:
            remember(self.fresh)
            self.fresh = {}
        if self.changed:
            server_sets.remember(self.changed)
            self.changed = {}


def known(domains: Iterable[str]) -> dict[str, KeptPolicy]:
    """The policies of these domains that still hold."""
    indexes = {_index(domain): domain for domain in domains}
    rows = StsPolicy.objects.filter(domain_index__in=list(indexes), expires_at__gt=clock.now())
    return {indexes[row.domain_index]: _read(row) for row in rows}


@transaction.atomic
def remember(policies: Mapping[str, KeptPolicy]) -> None:
    """Store them; what another worker fetched later stays."""
    for domain, kept in sorted(policies.items()):
        values = {
            "policy": _written(kept.policy),
            "fetched_at": kept.fetched_at,
            "expires_at": kept.expires_at,
        }
        row, is_new = StsPolicy.objects.select_for_update().get_or_create(
            domain_index=_index(domain), defaults=values
        )
        if not is_new and row.fetched_at < kept.fetched_at:
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))


def _written(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "mode": policy.mode.value,
        "mx": list(policy.mx),
        "max_age": int(policy.max_age.total_seconds()),
    }


def _read(row: StsPolicy) -> KeptPolicy:
    said = row.policy
    policy = Policy(
        said["id"], Mode(said["mode"]), tuple(said["mx"]), timedelta(seconds=said["max_age"])
    )
    return KeptPolicy(policy, row.fetched_at)


def _index(domain: str) -> bytes:
    return current_keys().blind_index("delivery.domain", domain)
