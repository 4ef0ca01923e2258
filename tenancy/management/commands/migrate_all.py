from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from tenancy import provisioning


class Command(BaseCommand):
    help = "Migrate both databases as the migrating role, then provision keys and the context key."

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        for alias in ("keys_migrate", "migrate"):
            call_command("migrate", database=alias, interactive=False, verbosity=verbosity)
        provisioning.provision()
