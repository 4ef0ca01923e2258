from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import totp
from accounts.models import TotpDevice
from tenancy import clock
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "Print the code that an account's authenticator app shows now. Refuses in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", help="the account's email address; all accounts without it")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("In production, codes come from people's own phones.")
        now = clock.now()
        with platform_scope():
            devices = TotpDevice.objects.select_related("user").order_by("user__email")
            if options["user"]:
                devices = devices.filter(user__email=options["user"].lower())
            for device in devices:
                # A code works once; the next half-minute's is accepted a little early.
                step = max(totp.step_at(now), device.last_step + 1)
                code = totp.code_at(device.seed, step)
                self.stdout.write(f"{code}  {device.user.email}")
