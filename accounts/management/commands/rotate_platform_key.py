from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import workspace_keys
from audit.services import SYSTEM
from tenancy import resealing
from tenancy.errors import DomainError
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Give the platform a new key, and move everything over while the service runs."

    def handle(self, *args: Any, **options: Any) -> None:
        with platform_scope():
            try:
                job = workspace_keys.rotate(actor=SYSTEM)
            except DomainError as error:
                raise CommandError(str(error)) from error
            resealing.work_on(job.pk)
            job.refresh_from_db()
            left = resealing.left()
        self.stdout.write(f"{job.done} values moved, {left} are left. The job {job.status}.")
