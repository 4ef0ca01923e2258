"""The commands that docker-compose.yml gives for backups run with what it gives them, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev import compose_secrets
from dev.places import ROOT
from tests.compliance.databases import WORKER, amount, at, drop, here
from tests.dev.test_containers import COMPOSE

pytestmark = pytest.mark.prove

NEW_MAIN, NEW_KEYS = f"contained_{WORKER}", f"contained_keys_{WORKER}"
IN_CONTAINER = "/run/secrets/"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """Drawn as `make secrets` does; the addresses and the root key are those of this run's servers."""
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    compose_secrets.write(folder)
    for name in ("valkey_url", "celery_broker_url"):
        put(folder, name, os.environ[name.upper()])
    put(folder, "admin_database_url", os.environ["ADMIN_DATABASE_URL"])
    put(folder, "backup_database_url", os.environ["BACKUP_DATABASE_URL"])
    put(folder, "kms_root_key", Path(os.environ["KMS_ROOT_KEY_FILE"]).read_text())
    return folder


def put(folder, name, content):
    (folder / name).unlink()
    (folder / name).write_text(content)


def lead_to(folder, main, keys):
    put(folder, "database_url", at(os.environ["DATABASE_URL"], main))
    put(folder, "keys_database_url", at(os.environ["DATABASE_URL"], keys))
    put(folder, "migrate_database_url", at(os.environ["MIGRATE_DATABASE_URL"], main))


def run(service, secrets, *words):
    """`docker compose run --rm SERVICE WORDS`, as far as the program in the container can tell."""
    said = COMPOSE["services"][service]
    backups = secrets.parent / "backups"
    variables = {"PATH": os.environ["PATH"], "SEALPOST_ENV": "production"}
    for name, value in said["environment"].items():
        variables[name] = value.replace(IN_CONTAINER, f"{secrets}/")
        if value.startswith(IN_CONTAINER):
            assert value.removeprefix(IN_CONTAINER) in said["secrets"]
    variables["PUBLIC_DOMAIN"] = "mail.example.org"
    command = [*said.get("entrypoint", []), *(words or said["command"])]
    assert command[0] == "python"
    words = [word.replace("/backups", str(backups)) for word in command[1:]]
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_a_backup_is_written_and_comes_back(secrets):
    lead_to(secrets, here("default"), here("keys"))
    taken = run("backup", secrets)
    assert taken.returncode == 0, taken.stderr
    before = amount(here("default"))
    files = {path.name.split(".")[1]: path.name for path in (secrets.parent / "backups").iterdir()}
    assert set(files) == {"main", "keys"}

    drop(NEW_MAIN, NEW_KEYS)
    lead_to(secrets, NEW_MAIN, NEW_KEYS)
    made = run("bootstrap", secrets, "python", "manage.py", "bootstrap_database")
    done = run("restore", secrets, f"/backups/{files['main']}", f"/backups/{files['keys']}")
    after = amount(NEW_MAIN) if done.returncode == 0 else None
    drop(NEW_MAIN, NEW_KEYS)
    assert made.returncode == 0, made.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"It holds: {sum(before[0].values())} rows in ")
    assert after == before
