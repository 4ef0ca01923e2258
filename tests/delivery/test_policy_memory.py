"""What a workspace keeps of its recipients' domains' policies, and who gets to know it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from delivery.models import StsPolicy
from delivery.services import policies
from delivery.wire.policies import KeptPolicy
from delivery.wire.sts import Mode, Policy
from tenancy import clock
from tenancy.scope import tenant_scope
from tests import fakes
from tests.delivery.sending import due, send

WEEK = timedelta(days=7)


def kept(identifier: str = "1", *, ago: timedelta = timedelta(0)) -> KeptPolicy:
    policy = Policy(identifier, Mode.ENFORCE, ("mx.x.example", "*.y.example"), WEEK)
    return KeptPolicy(policy, clock.now() - ago)


def test_is_kept_sealed_for_its_time_and_under_no_name(clinic):
    policy = kept()
    policies.remember({"x.example": policy})
    assert policies.known(["x.example", "z.example"]) == {"x.example": policy}
    with clock.at(clock.now() + WEEK):
        assert policies.known(["x.example"]) == {}
    stored = StsPolicy.objects.values_list("policy", "domain_index").get()
    assert b"example" not in bytes(stored[0].ciphertext) + stored[1]


def test_the_newest_one_stays(clinic):
    newer, older = kept("2"), kept("1", ago=timedelta(hours=1))
    for policy in (older, newer, older):
        policies.remember({"x.example": policy})
    assert policies.known(["x.example"]) == {"x.example": newer}


def test_another_workspace_learns_nothing(clinic, other_clinic):
    policies.remember({"x.example": kept()})
    with tenant_scope(other_clinic.id):
        assert policies.known(["x.example"]) == {}


def test_ends_after_it_began(clinic):
    with pytest.raises(IntegrityError, match="sts_policy_expires_after"), transaction.atomic():
        StsPolicy.objects.create(
            domain_index=b"a" * 16, policy={}, fetched_at=clock.now(), expires_at=clock.now() - WEEK
        )


def test_a_worker_hands_on_what_its_tries_brought(clinic):
    policy = kept()
    due("ada")
    send(fakes.FakeTransport({"ada@x.example": replace(fakes.ACCEPTED, policy=policy)}))
    assert policies.known(["x.example"]) == {"x.example": policy}
    due("ben")
    transport = fakes.FakeTransport()
    send(transport)
    assert transport.known_policies == {"ben@x.example": policy}
