"""Which failures mean what."""

import pytest

from delivery.wire.door import HostFailure
from delivery.wire.levels import (
    NEVER_PROMISED,
    POLICY_FAILURES,
    STABLE_FAILURES,
    PolicyType,
    TlsFailure,
)

PASSING = {TlsFailure.REFUSED_NOW, TlsFailure.TIMED_OUT, TlsFailure.BROKEN_OFF}


def test_a_failure_is_of_one_kind():
    kinds = [STABLE_FAILURES, POLICY_FAILURES, NEVER_PROMISED, PASSING]
    assert sum(map(len, kinds)) == len(TlsFailure)
    assert set().union(*kinds) == set(TlsFailure)


@pytest.mark.parametrize(
    ("failure", "policy", "breaks_it"),
    [
        (TlsFailure.EXPIRED, PolicyType.NONE, False),
        (TlsFailure.EXPIRED, PolicyType.STS, True),
        (TlsFailure.NOT_OFFERED, PolicyType.TLSA, True),
        (TlsFailure.NOT_NAMED, PolicyType.STS, True),
        (TlsFailure.DNSSEC_INVALID, PolicyType.NONE, True),
        (TlsFailure.NOT_PROMISED, PolicyType.NONE, False),
        (None, PolicyType.STS, False),
    ],
)
def test_what_a_bound_host_fails_in_breaks_its_policy(failure, policy, breaks_it):
    assert HostFailure("mx", failure, policy=policy).is_policy_failure is breaks_it
