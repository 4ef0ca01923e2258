"""Says in one line whether a certificate of destruction holds."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance import destruction_certificate
from tenancy.errors import DomainError


class Command(BaseCommand):
    help = (
        "Check the certificate of destruction in FILE: as it was signed, by a key of this platform."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = destruction_certificate.read(options["file"].read_text())
        except (DomainError, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"It does not hold. {error}") from error
        self.stdout.write(
            f"It holds: {told['rows']} rows and {len(told['keys'])} keys of workspace"
            f" {told['workspace']['id']} were destroyed by {told['ended_at']};"
            f" no backup holds a key from {told['backups_hold_no_key_from']}."
        )
