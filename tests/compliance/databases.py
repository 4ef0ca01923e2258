"""Databases beside those of the tests: commands led to them, and what they amount to."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from compliance.backups import contents

ROOT = Path(__file__).parents[2]
KEY, KEYS_KEY = "11" * 32, "22" * 32
# Worker processes share the server.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def at(url, database):
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def manage(folder, *arguments, main, keys, **variables):
    """The command in a process of its own, led to these databases."""
    for name, content in (("backup", KEY), ("backup-keys", KEYS_KEY)):
        (folder / name).write_text(content)
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": at(os.environ["DATABASE_URL"], main),
        "MIGRATE_DATABASE_URL": at(os.environ["MIGRATE_DATABASE_URL"], main),
        "KEYS_DATABASE_URL": at(os.environ["KEYS_DATABASE_URL"], keys),
        "BACKUP_KEY_FILE": str(folder / "backup"),
        "BACKUP_KEYS_KEY_FILE": str(folder / "backup-keys"),
        **variables,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def here(alias):
    return settings.DATABASES[alias]["NAME"]


def drop(*databases):
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as admin:
        for name in databases:
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def look(database, query, *params):
    url = at(os.environ["ADMIN_DATABASE_URL"], database)
    with psycopg.connect(url) as admin:
        return admin.execute(query, params).fetchall()


def amount(database):
    """Rows by table, and audit trees, as they are now."""
    with psycopg.connect(at(os.environ["ADMIN_DATABASE_URL"], database)) as admin:
        cursor = admin.cursor()
        rows = {
            name: admin.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchone()[0]
            for name in contents.tables(cursor)
        }
        return rows, contents.trees(iter(cursor.execute(contents.LEAVES)))
