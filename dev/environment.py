"""The environment variables that config/settings.py reads, for the servers of this machine."""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from dev.places import ROOT, private_directory, write_private

ROLES = ("admin", "runtime", "migrate", "scheduler", "backup")


@dataclass(frozen=True)
class Machine:
    """Where one running set of servers is found."""

    state: Path
    postgres_sockets: Path
    valkey_socket: Path
    database: str
    keys_database: str


def environment(machine: Machine) -> dict[str, str]:
    """Every variable but those of the web port and the sandbox's mail servers."""
    password = passwords(machine.state)

    def dsn(role: str, database: str) -> str:
        user = "postgres" if role == "admin" else f"sealpost_{role}"
        return f"postgresql://{user}:{password[role]}@/{database}?host={machine.postgres_sockets}"

    keys = machine.state / "secrets"
    return {
        "ADMIN_DATABASE_URL": dsn("admin", "postgres"),
        "DATABASE_URL": dsn("runtime", machine.database),
        "MIGRATE_DATABASE_URL": dsn("migrate", machine.database),
        "SCHEDULER_DATABASE_URL": dsn("scheduler", machine.database),
        "BACKUP_DATABASE_URL": dsn("backup", machine.database),
        "KEYS_DATABASE_URL": dsn("runtime", machine.keys_database),
        "VALKEY_URL": f"unix://{machine.valkey_socket}?db=2",
        "CELERY_BROKER_URL": f"redis+socket://{machine.valkey_socket}?virtual_host=0",
        "KMS_ROOT_KEY_FILE": str(_secret_file(keys / "kms-root-key", secrets.token_hex(32))),
        "BACKUP_KEY_FILE": str(_secret_file(keys / "backup-key", secrets.token_hex(32))),
        "BACKUP_KEYS_KEY_FILE": str(_secret_file(keys / "backup-keys-key", secrets.token_hex(32))),
        "DJANGO_SECRET_KEY_FILE": str(_secret_file(keys / "django", secrets.token_urlsafe(64))),
        "STATE_DIR": str(machine.state),
        "DELIVERY_JOURNAL_DIR": str(machine.state / "journal"),
        "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",  # node of a wheel
        "PYTHONUNBUFFERED": "1",
        "OPENSSL_CONF": str(ROOT / "config" / "openssl.cnf"),
    }


def passwords(state: Path) -> dict[str, str]:
    """Role → password: random, made once for each data directory."""
    drawn = {role: secrets.token_urlsafe(32) for role in ROLES}
    path = _secret_file(state / "secrets" / "passwords.json", json.dumps(drawn))
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def _secret_file(path: Path, value: str) -> Path:
    private_directory(path.parent)
    if not path.exists():
        write_private(path, value)
    return path
