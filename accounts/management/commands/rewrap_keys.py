from typing import Any

from django.core.management.base import BaseCommand

from audit import services as audit
from audit.services import SYSTEM
from tenancy import kms, versions
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Wrap every key anew under the current root key. Repeat-safe."

    def handle(self, *args: Any, **options: Any) -> None:
        rewrapped = 0
        while step := versions.rewrap():
            rewrapped += step
        left = versions.under_other_roots().count()
        root = kms.current().root
        with platform_scope():
            audit.record("keys.rewrapped", actor=SYSTEM, keys=rewrapped, left=left, root=root)
        self.stdout.write(f"{rewrapped} keys rewrapped, {left} are under another root key.")
