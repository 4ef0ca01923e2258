"""Twenty thousand requests made from the OpenAPI document, half of them not as it says: no fault.

    make prove T=tests/integrations/test_volume.py

They go to the application itself, without a network, by many keys, as one key may not ask so fast.
"""

import os
import sys
import time
from collections import Counter
from itertools import cycle

import pytest
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis.generation import GenerationMode

from integrations.api.documents import document
from tenancy.scope import tenant_scope
from tests.conftest import make_tenant
from tests.factories.compliance import agreement_in_force
from tests.integrations.client import make_system

pytestmark = pytest.mark.prove

EACH = int(os.environ.get("API_EXAMPLES", "20000")) // 2
KEYS = 60


@pytest.fixture(scope="module")
def callers(_database):
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        agreement_in_force()
        return cycle([make_system().headers["authorization"] for _ in range(KEYS)])


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_brings_a_fault(mode, callers, capsys):
    schema = schemathesis.openapi.from_dict(dict(document()))
    schema.app = get_wsgi_application()
    statuses, faults = Counter(), []
    began = time.monotonic()

    @examples(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema.as_strategy(generation_mode=mode))
    def each(case):
        answer = case.call(
            base_url=f"http://{settings.HOSTS['api']}", headers={"Authorization": next(callers)}
        )
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            faults.append(f"{case.method} {case.path}")

    each()
    with capsys.disabled():
        minutes = (time.monotonic() - began) / 60
        sys.stdout.write(
            f"\n{mode.value}: {statuses.total():,} requests, {minutes:.1f} min, {dict(statuses)}\n"
        )
    assert faults == []
    assert statuses.total() >= EACH
    assert statuses[429] < statuses.total() / 100
