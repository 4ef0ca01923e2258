"""Restores a backup into empty databases. The service sees it once everything has been checked."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance import erasure
from compliance.backups import restoring, writing
from compliance.backups.chunks import key_from
from compliance.backups.frames import Manifest
from tenancy import (
    catalogue,
    catalogue_roles,
    destroying,
    environment,
    provisioning,
    versions,
)
from tenancy.catalogue import CatalogueHasHoles
from tenancy.errors import DomainError

MAIN_ALIAS, KEYS_ALIAS = "migrate", "keys_migrate"


class Command(BaseCommand):
    help = "Restore MAIN, and KEYS unless the keys database is still there, into empty databases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("main", type=Path)
        parser.add_argument("keys", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        main: Path = options["main"]
        keys: Path | None = options["keys"]
        try:
            said = restore(main, keys)
        except (DomainError, FileNotFoundError) as error:
            raise CommandError(f"Nothing was opened. {error}") from error
        self.stdout.write(said)


def restore(main: Path, keys: Path | None) -> str:
    """What holds, in one line. Raises BackupRefused before it changes anything, or with it undone."""
    main_key = key_from(environment.secret("BACKUP_KEY"))
    keys_key = key_from(environment.secret("BACKUP_KEYS_KEY")) if keys else b""
    manifest = restoring.check(main, key=main_key, purpose=writing.MAIN)
    restoring.refuse_unless_empty(MAIN_ALIAS)
    if keys:
        restoring.check(keys, key=keys_key, purpose=writing.KEYS)
        restoring.refuse_unless_empty(KEYS_ALIAS)
        call_command("migrate", database=KEYS_ALIAS, interactive=False, verbosity=0)
        with restoring.restored(KEYS_ALIAS, keys, key=keys_key, purpose=writing.KEYS):
            pass
    call_command("migrate", database=MAIN_ALIAS, interactive=False, verbosity=0)
    again: list[tuple[int, int]] = []
    with restoring.restored(
        MAIN_ALIAS,
        main,
        key=main_key,
        purpose=writing.MAIN,
        amend=lambda alias: again.append(_gone_again(alias)),
    ) as cursor:
        for tenant_id in destroying.ordered():
            versions.destroy_all(tenant_id)
        provisioning.provision()
        _refuse_holes(cursor)
    return _said(manifest, *again[0])


def _gone_again(alias: str) -> tuple[int, int]:
    """What was erased or destroyed since the backup must not come back: people, workspaces."""
    return erasure.erase_again(alias), destroying.destroy_again(alias)


def _refuse_holes(cursor: Any) -> None:
    """As when the service starts, but for the role: rows that nobody may see yet are the owner's to check."""
    found = catalogue.holes(cursor)
    if real := [hole for hole in found if not hole.endswith(catalogue_roles.CONNECTS)]:
        raise CatalogueHasHoles("; ".join(real))


def _said(manifest: Manifest, people: int, workspaces: int) -> str:
    return (
        f"It holds: {manifest.total} rows in {len(manifest.rows)} tables and {len(manifest.trees)} audit "
        f"trees were as at {manifest.taken_at}; {people} people erased since are erased again; "
        f"{workspaces} workspaces destroyed since are destroyed again; every table has its wall."
    )
