from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import services as audit
from audit.services import SYSTEM
from tenancy import context_keys
from tenancy.errors import DomainError
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Refuse tenant contexts that any but the newest key has signed, and destroy those keys."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            retired = context_keys.retire()
        except DomainError as error:
            raise CommandError(str(error)) from error
        with platform_scope():
            audit.record("keys.context_retired", actor=SYSTEM, numbers=retired)
        self.stdout.write(f"{len(retired)} context keys retired.")
