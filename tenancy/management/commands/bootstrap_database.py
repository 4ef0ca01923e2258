"""Makes the roles and both databases. The only code that ever connects as superuser."""

from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.core.management.base import BaseCommand
from psycopg import sql

from tenancy import environment

LOGIN_ROLES = {
    "sealpost_migrate": ("MIGRATE_DATABASE_URL", "BYPASSRLS"),
    "sealpost_runtime": ("DATABASE_URL", "NOBYPASSRLS"),
    "sealpost_backup": ("BACKUP_DATABASE_URL", "BYPASSRLS"),
}
OTHER_ROLES = {
    "sealpost_owner": "NOBYPASSRLS",
    "sealpost_scheduler": "BYPASSRLS",
    "sealpost_resealer": "NOBYPASSRLS",
    "sealpost_disposer": "NOBYPASSRLS",
    "sealpost_destroyer": "NOBYPASSRLS",
}
# Error details and parameters would carry values of people into the server's log.
QUIET = ("log_parameter_max_length", "log_parameter_max_length_on_error")
TIMEOUTS = {
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "120s",
    "lock_timeout": "20s",
}


class Command(BaseCommand):
    help = "Create roles and databases from ADMIN_DATABASE_URL and the other *_DATABASE_URL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        admin_url = environment.text("ADMIN_DATABASE_URL")
        main = urlsplit(environment.text("DATABASE_URL")).path.lstrip("/")
        keys = urlsplit(environment.text("KEYS_DATABASE_URL")).path.lstrip("/")
        with psycopg.connect(admin_url, autocommit=True) as admin:
            _make_roles(admin)
            for name in (main, keys):
                _make_database(admin, name)
        for name in (main, keys):
            with psycopg.connect(admin_url, dbname=name, autocommit=True) as admin:
                _grant_schema(admin)


def _make_roles(admin: psycopg.Connection[Any]) -> None:
    known = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
    for role, flags in OTHER_ROLES.items():
        if role not in known:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        admin.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), sql.SQL(flags)))
    for role, (variable, flags) in LOGIN_ROLES.items():
        password = unquote(urlsplit(environment.text(variable)).password or "")
        if role not in known:
            admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        admin.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB {} PASSWORD {}").format(
                sql.Identifier(role), sql.SQL(flags), sql.Literal(password)
            )
        )
    admin.execute(f"GRANT {', '.join(OTHER_ROLES)} TO sealpost_migrate")
    admin.execute("GRANT pg_read_all_data TO sealpost_backup")
    _limit_runtime(admin)


def _limit_runtime(admin: psycopg.Connection[Any]) -> None:
    for name, value in TIMEOUTS.items():
        admin.execute(
            sql.SQL("ALTER ROLE sealpost_runtime SET {} = {}").format(
                sql.Identifier(name), sql.Literal(value)
            )
        )
    for name in QUIET:
        admin.execute(
            sql.SQL("ALTER ROLE sealpost_runtime SET {} = 0").format(sql.Identifier(name))
        )


def _make_database(admin: psycopg.Connection[Any], name: str) -> None:
    known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if known is None:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO sealpost_runtime, sealpost_migrate").format(
            sql.Identifier(name)
        )
    )
    # Temporary tables: imports copy into one, as COPY FROM does not work under row-level security.
    admin.execute(
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO sealpost_runtime, sealpost_migrate").format(
            sql.Identifier(name)
        )
    )
    admin.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO sealpost_migrate").format(sql.Identifier(name))
    )
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO sealpost_backup").format(sql.Identifier(name))
    )


def _grant_schema(admin: psycopg.Connection[Any]) -> None:
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    admin.execute("GRANT USAGE, CREATE ON SCHEMA public TO sealpost_migrate, sealpost_owner")
    admin.execute(
        "GRANT USAGE ON SCHEMA public TO sealpost_runtime, sealpost_scheduler, sealpost_resealer,"
        " sealpost_disposer, sealpost_destroyer"
    )
