import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import signing_keys
from audit import services as audit
from audit.services import SYSTEM
from tenancy import clock, environment
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Let a new key sign links and notices. The one before it opens them for an hour more."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(environment.text("DJANGO_SECRET_KEY_FILE"))
        until = clock.now() + signing_keys.GRACE
        try:
            replace(path, signing_keys.rotated(path.read_text()))
        except OSError as error:
            raise CommandError(
                f"{error.strerror}. Where the file may only be read, change it where it comes from."
            ) from error
        with platform_scope():
            audit.record("keys.signing_rotated", actor=SYSTEM, until=until.isoformat())
        self.stdout.write(
            "Restart every process now. Nobody is signed out; what the former key signed opens until"
            f" {until:%H:%M} UTC."
        )


def replace(path: Path, text: str) -> None:
    """At once or not at all: a process that starts meanwhile reads a whole file."""
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
