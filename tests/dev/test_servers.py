import shutil
from pathlib import Path

import psycopg
import pytest
import redis

from dev.environment import Machine, environment, passwords
from dev.places import private_directory, temporary_directory
from dev.postgres import Postgres
from dev.processes import Children
from dev.valkey import Valkey


@pytest.fixture
def run():
    path = temporary_directory("servers")
    yield path
    shutil.rmtree(path)


@pytest.fixture
def machine(run):
    return Machine(
        state=run / "state",
        postgres_sockets=run / "pg",
        valkey_socket=run / "v.sock",
        database="sealpost",
        keys_database="sealpost_keys",
    )


@pytest.fixture
def children():
    started = Children()
    yield started
    started.close()


@pytest.fixture
def postgres(children, run, machine):
    password = passwords(machine.state)["admin"]
    server = Postgres(
        children, run / "data", machine.postgres_sockets, run / "postgres.log", password
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(children, run, machine):
    server = Valkey(children, run / "valkey", machine.valkey_socket, run / "valkey.log")
    server.start()
    yield server
    server.stop()


def test_rows_outlive_a_killed_database_server(postgres, machine):
    url = environment(machine)["ADMIN_DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    postgres.process.kill()
    postgres.process.wait()

    postgres.start()

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_the_database_server_asks_for_a_password(postgres, machine):
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(host=str(machine.postgres_sockets), user="postgres", dbname="postgres")


def test_the_database_server_does_not_run_as_root(postgres):
    assert Path(f"/proc/{postgres.process.pid}").stat().st_uid != 0


def test_jobs_outlive_a_killed_broker(valkey, machine):
    with redis.Redis.from_url(environment(machine)["VALKEY_URL"]) as client:
        client.rpush("jobs", *range(500))
    valkey.process.kill()
    valkey.process.wait()

    valkey.start()

    with redis.Redis.from_url(environment(machine)["VALKEY_URL"]) as client:
        assert client.llen("jobs") == 500


def test_secrets_are_readable_by_their_owner_only(machine):
    variables = environment(machine)
    assert environment(machine) == variables
    for name in ("KMS_ROOT_KEY_FILE", "DJANGO_SECRET_KEY_FILE"):
        assert Path(variables[name]).stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(Path(variables["KMS_ROOT_KEY_FILE"]).read_text())) == 32


def test_refuses_a_directory_that_somebody_else_prepared(tmp_path):
    planted = tmp_path / "planted"
    planted.symlink_to(tmp_path)
    with pytest.raises(SystemExit, match="belongs to somebody else"):
        private_directory(planted)
