"""Processes that serve refuse to start with a hole, and start hardened without one."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import sql

from config.settings_test import WORKER_NUMBER
from tests.tenancy.test_catalogue import PLANTED

# Names of databases of its own, as config/settings_test.py makes them from the worker's number.
NUMBER = 90 + WORKER_NUMBER
WEB = [sys.executable, "-c", "import config.wsgi"]
WORKER = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-P", "solo"]
# Roles belong to the whole server, where other tests are at work.
OF_THE_SERVER = ("ALTER ROLE", "GRANT SET ON PARAMETER", "SELECT ")
COMMITTED = {
    sentence: change for sentence, change in PLANTED.items() if not change.startswith(OF_THE_SERVER)
}
REPORT = """
import config.wsgi, ctypes, gc, resource
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
print(gc.get_freeze_count() > len(gc.get_objects()))
"""


@pytest.fixture
def own_database():
    """A fresh copy of the migrated databases; answers the superuser's connection to it."""
    names = {
        f"test_sealpost_gw{NUMBER}": os.environ["TEST_TEMPLATE_DATABASE"],
        f"test_sealpost_keys_gw{NUMBER}": os.environ["TEST_TEMPLATE_KEYS_DATABASE"],
    }
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as admin:
        for name, template in names.items():
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            url = os.environ["ADMIN_DATABASE_URL"]
            with psycopg.connect(url, dbname=next(iter(names)), autocommit=True) as connection:
                yield connection
        finally:
            for name in names:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                admin.execute(drop.format(sql.Identifier(name)))


def start(command, **variables):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "PYTEST_XDIST_WORKER": f"gw{NUMBER}",
        **variables,
    }
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_web_process_starts_without_a_hole_and_keeps_its_memory_to_itself(own_database):
    started = start([sys.executable, "-c", REPORT])
    assert (started.returncode, started.stdout) == (0, "0 (0, 0)\nTrue\n"), started.stderr


@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
def test_neither_web_nor_worker_starts_with_holes(own_database, command):
    for change in COMMITTED.values():
        own_database.execute(change)
    assert len({sentence.partition(": ")[2] for sentence in COMMITTED}) >= 12
    refused = start(command)
    assert refused.returncode != 0
    assert [sentence for sentence in COMMITTED if sentence not in refused.stderr] == []


@pytest.mark.prove
@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
@pytest.mark.parametrize("sentence", COMMITTED, ids=lambda text: text[:50])
def test_one_hole_of_each_kind_is_enough(own_database, command, sentence):
    own_database.execute(COMMITTED[sentence])
    refused = start(command)
    assert refused.returncode != 0
    assert sentence in refused.stderr


@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
def test_neither_starts_as_a_role_that_no_wall_stops(own_database, command):
    refused = start(command, DATABASE_URL=os.environ["MIGRATE_DATABASE_URL"])
    assert refused.returncode != 0
    assert "sealpost_migrate: is the role that the service connects as" in refused.stderr
