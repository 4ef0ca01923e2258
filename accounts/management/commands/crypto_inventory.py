from typing import Any

from django.core.management.base import BaseCommand

from tenancy import inventory


class Command(BaseCommand):
    help = "List every protected column: table.column, kind, algorithm, key; separated by tabs."

    def handle(self, *args: Any, **options: Any) -> None:
        for entry in inventory.entries():
            column = f"{entry.column.table}.{entry.column.name}"
            self.stdout.write("\t".join([column, entry.kind, entry.algorithm, entry.key]))
