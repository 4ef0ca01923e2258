"""A batch in a clinic of its own, from its first round to what must hold in the end."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from redis import Redis

from campaigns.services import sending
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.chaos import invariants
from tests.chaos.faults import Fault
from tests.chaos.invariants import Life
from tests.chaos.worker import Orders
from tests.chaos.world import Surroundings, World, zone
from tests.conftest import make_tenant
from tests.delivery.conftest import PEM
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with

ROUNDS_A_BATCH = 27


@dataclass(frozen=True)
class Batch:
    """What it left. `violations` are of the promises; `surprises` of workers that ended oddly."""

    faults: Sequence[Fault]
    lives: list[Life]
    violations: list[str]
    surprises: list[str]
    in_clear: bytes


def lived(
    around: Surroundings, faults: Sequence[Fault], chance: random.Random, **changes: Any
) -> Batch:
    """`changes` are of the workers' orders: a defect that has to be noticed."""
    tenant = make_tenant()
    servers = (around.faulty, around.healthy)
    for server in servers:
        server.stored.clear()
        server.in_clear.clear()
    Redis.from_url(_valkey_url(around)).flushdb()  # no lane remembers the batch before
    with tenant_scope(tenant.pk):
        campaign = approved_campaign()
        sign_with(campaign.sender.domain, PEM)
        sending.send_now(campaign, actor=MARKETER)
        with clock.at(clock.now() + timedelta(seconds=61)):
            orders = replace(_orders(around, tenant.pk), **changes)
            world = World(around, orders, faults, chance)
            world.live()
            lives = invariants.lives(world.people, servers)
            broken = invariants.violations(world.people, lives, servers, tenant.pk)
    heard = invariants.heard_in_clear(servers)
    return Batch(faults, lives, broken, world.surprises, heard)


def _orders(around: Surroundings, tenant: UUID) -> Orders:
    return Orders(
        tenant,
        clock.now(),
        database_name=f"chaos-{os.getpid()}",
        valkey_url=_valkey_url(around),
        ca_file=around.ca_file,
        port=around.faulty.port,
        zone=zone(around, ROUNDS_A_BATCH),
    )


def _valkey_url(around: Surroundings) -> str:
    return f"unix://{around.valkey.socket}?db=1"
