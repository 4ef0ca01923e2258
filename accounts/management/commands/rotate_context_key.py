from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import services as audit
from audit.services import SYSTEM
from tenancy import context_keys
from tenancy.errors import DomainError
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Let a new key sign tenant contexts. Older ones count until retire_context_keys."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = context_keys.rotate()
        except DomainError as error:
            raise CommandError(str(error)) from error
        with platform_scope():
            audit.record("keys.context_rotated", actor=SYSTEM, number=number)
        self.stdout.write(
            f"Context key {number} signs from now on. Retire the others in 20 minutes."
        )
