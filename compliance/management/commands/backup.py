"""Writes both databases to sealed files, each with a key of its own."""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.backups import writing
from compliance.backups.chunks import BackupRefused, key_from
from tenancy import clock, environment

# Purpose → alias of the database, and where the key is.
PARTS = {
    writing.MAIN: ("default", "BACKUP_KEY"),
    writing.KEYS: ("keys", "BACKUP_KEYS_KEY"),
}


class Command(BaseCommand):
    help = "Back up both databases as sealpost_backup, or the keys alone, into FOLDER."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        moment = clock.now().strftime("%Y%m%dT%H%M%SZ")
        # The keys come second: every row of the first file then has its key in the second.
        for purpose, (alias, variable) in PARTS.items():
            if options["keys_only"] and purpose == writing.MAIN:
                continue
            path = folder / f"{moment}.{purpose}.sealpost"
            try:
                key = key_from(environment.secret(variable))
                with psycopg.connect(
                    environment.text("BACKUP_DATABASE_URL"),
                    dbname=settings.DATABASES[alias]["NAME"],
                ) as connection:
                    done = writing.back_up(connection, path, key=key, purpose=purpose)
            except BackupRefused as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                f"{path}: {done.total} rows in {len(done.rows)} tables, {len(done.trees)} audit trees."
            )
