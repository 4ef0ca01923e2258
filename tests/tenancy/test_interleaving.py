"""No step of any thread ever shows a row of another tenant, however steps are mixed and broken off."""

import pytest
from django.db import connections

from tenancy import services
from tenancy.scope import tenant_scope
from tests.conftest import make_tenant
from tests.security.witness import superuser
from tests.tenancy import interleaving

THREADS = 4


@pytest.fixture(scope="module")
def tenants(_database):
    made = [make_tenant().id for _ in range(20)]
    for tenant_id in made:
        with tenant_scope(tenant_id):
            for _ in range(2):
                services.start_job(kind="import", started_by="nurse")
    return made


def test_a_thousand_steps_show_no_wrong_row(tenants):
    told = interleaving.wrong_rows(tenants, interleaving.STEPS, threads=THREADS, each=250)
    assert told == (1_000, 0)


@pytest.mark.prove
def test_twelve_thousand_steps_show_no_wrong_row(tenants):
    told = interleaving.wrong_rows(tenants, interleaving.STEPS, threads=THREADS, each=3_000)
    assert told == (12_000, 0)


@pytest.fixture
def pool(monkeypatch):
    """Two connections for all threads: each finds what others left on it."""
    connections.close_all()
    options = connections.settings["default"]["OPTIONS"]
    monkeypatch.setitem(options, "pool", {"min_size": 2, "max_size": 2})
    yield connections["default"].pool
    connections["default"].close_pool()


def test_threads_that_hand_pooled_connections_on_see_no_wrong_row(tenants, pool):
    steps = tuple(interleaving.given_back(step) for step in interleaving.STEPS)
    told = interleaving.wrong_rows(tenants, steps, threads=THREADS, each=250)
    assert told == (1_000, 0)
    used = pool.get_stats()
    assert (used["connections_num"], used["requests_num"] >= 1_000) == (2, True)


def test_a_step_that_forgets_the_tenant_is_counted(tenants):
    def leaks():
        with superuser() as connection:
            return {row[0] for row in connection.execute("SELECT tenant_id FROM tenancy_job")}

    assert interleaving.wrong_rows(tenants, (leaks,), threads=2, each=3) == (6, 6)
