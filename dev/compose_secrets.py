"""`make secrets`: draw the secrets of docker-compose.yml, once, into secrets/.

Standard library only: the host of the containers needs nothing installed.
"""

import secrets
from pathlib import Path

from dev.places import ROOT, private_directory, write_private

FOLDER = ROOT / "secrets"
ROLES = ("migrate", "runtime", "backup")


def drawn() -> dict[str, str]:
    """File → content: passwords, the addresses that hold them, and two keys."""
    superuser, valkey = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    password = {role: secrets.token_urlsafe(32) for role in ROLES}

    def address(role: str, database: str) -> str:
        return f"postgresql://sealpost_{role}:{password[role]}@postgres:5432/{database}"

    return {
        "postgres_password": superuser,
        "valkey_password": valkey,
        "admin_database_url": f"postgresql://postgres:{superuser}@postgres:5432/postgres",
        "migrate_database_url": address("migrate", "sealpost"),
        "backup_database_url": address("backup", "sealpost"),
        "database_url": address("runtime", "sealpost"),
        "keys_database_url": address("runtime", "sealpost_keys"),
        "valkey_url": f"redis://:{valkey}@valkey:6379/2",
        "celery_broker_url": f"redis://:{valkey}@valkey:6379/0",
        "backup_key": secrets.token_hex(32),
        "backup_keys_key": secrets.token_hex(32),
        "kms_root_key": secrets.token_hex(32),
        "django_secret_key": secrets.token_urlsafe(64),
    }


def write(folder: Path) -> None:
    """Raises SystemExit if there are secrets already: data sealed with them would be lost.

    The folder is the owner's alone; its files may be read by the accounts of the containers,
    which Compose gives no other way to them.
    """
    if folder.exists():
        raise SystemExit(f"{folder} exists already. Data sealed with its keys needs them.")
    private_directory(folder)
    for name, content in drawn().items():
        write_private(folder / name, content)
        (folder / name).chmod(0o444)


if __name__ == "__main__":
    write(FOLDER)
    print(
        f"Written to {FOLDER}. Keep copies of kms_root_key, backup_key and backup_keys_key apart from the backups."
    )
