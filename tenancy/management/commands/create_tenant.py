from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenancy import services
from tenancy.errors import DomainError


class Command(BaseCommand):
    help = "Create a workspace with a key of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = services.create_tenant(name=options["name"], slug=options["slug"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(tenant.id))
