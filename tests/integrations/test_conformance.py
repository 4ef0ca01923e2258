"""Requests made from the OpenAPI document are answered as it says, and never with a fault.

A sample, over real HTTP; `make prove` draws more.
"""

import os

import pytest
import schemathesis
from django.conf import settings
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from integrations.api.documents import document
from tenancy.scope import tenant_scope
from tests.conftest import make_tenant
from tests.factories.compliance import agreement_in_force
from tests.integrations.client import make_system

schema = schemathesis.openapi.from_dict(dict(document()))
CHECKED = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
)
EXAMPLES = int(os.environ.get("API_EXAMPLES", "12"))


@pytest.fixture(scope="module")
def headers(_database):
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        agreement_in_force()
        system = make_system()
    return {"Host": settings.HOSTS["api"], "Authorization": system.headers["authorization"]}


@schema.parametrize()
@examples(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_as_documented(case, headers, server_port):
    is_batch = case.operation.path.endswith("/batch")  # refuses what is wrong one by one, in a 200
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{server_port}",
        headers=headers,
        checks=[*CHECKED, *([] if is_batch else [checks.negative_data_rejection])],
    )
