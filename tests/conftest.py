"""Each worker process owns a fresh database; each test owns a fresh tenant; nothing is ever flushed."""

import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.urls import set_urlconf
from psycopg import sql

from audit.services import Actor
from tenancy import services as tenancy
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope
from tests import celery_worker as celery_worker_process

pytest_plugins = ["tests.browser"]

TEMPLATES = {
    "default": os.environ.get("TEST_TEMPLATE_DATABASE", ""),
    "keys": os.environ.get("TEST_TEMPLATE_KEYS_DATABASE", ""),
}


# Proofs of ten minutes and more; begun last, one of them would keep one core alone.
LONGEST_FIRST = ("test_kernel.py", "test_attack.py", "test_pages.py", "test_volume.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the longest, and then the one that pytest found."""

    def rank(item: pytest.Item) -> int:
        name = item.path.name
        return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)

    if any(item.get_closest_marker("prove") for item in items):
        items.sort(key=rank)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Clone the migrated templates that `make test` prepared, as the administrator; drop them at the end."""
    if not all(TEMPLATES.values()):
        pytest.exit("Run the suite with `make test T=path`: it starts PostgreSQL and Valkey.", 2)
    admin_url = os.environ["ADMIN_DATABASE_URL"]
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for alias, template in TEMPLATES.items():
            name = sql.Identifier(settings.DATABASES[alias]["NAME"])
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template))
            )
        yield
        connections.close_all()
        for alias in TEMPLATES:
            name = sql.Identifier(settings.DATABASES[alias]["NAME"])
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@pytest.fixture(autouse=True, scope="session")
def _database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def _host_of_no_request() -> Iterator[None]:
    """A request's host stays the thread's own until the next one: later fixtures would link to it."""
    yield
    set_urlconf(None)


def make_tenant(name: str = "Elm Street Clinic") -> Tenant:
    with platform_scope():
        return tenancy.create_tenant(name=name, slug=f"t-{uuid7()}")


@pytest.fixture
def clinic() -> Iterator[Tenant]:
    """Elm Street Clinic, new for this test, its scope entered."""
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        yield tenant


@pytest.fixture
def other_clinic() -> Tenant:
    """A second tenant, whose scope is not entered."""
    return make_tenant("Harbor Dental")


@pytest.fixture
def nurse() -> Actor:
    return Actor(kind="user", id=str(uuid7()), name="Nora Nurse")


@pytest.fixture(scope="session")
def celery_worker(
    _database: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """One real worker for the tests that need one; it shares this process's database and broker."""
    log = tmp_path_factory.mktemp("celery") / "worker.log"
    with celery_worker_process.running(log, "tests.tenancy.sample_tasks") as process:
        yield process
