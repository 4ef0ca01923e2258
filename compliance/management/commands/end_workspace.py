"""Freezes a workspace after its contract ended, as an operator does on its page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.sign_in import actor_for
from compliance.models.ending import GRACE
from compliance.services import operator_ending
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = "End the workspace SLUG: freeze it now, destroy it after the grace. It can be undone until then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--operator", required=True, help="email address of an operator")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--days", type=int, default=GRACE.days)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform_scope():
            operator = User.objects.filter(email=options["operator"], is_operator=True).first()
            tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if operator is None or tenant is None:
            raise CommandError(
                "Nothing has ended. There is no such operator, or no such workspace."
            )
        try:
            ending = operator_ending.ask(
                tenant.id,
                reason=options["reason"],
                days=options["days"],
                actor=actor_for(operator),
            )
        except DomainError as error:
            raise CommandError(f"Nothing has ended. {error}") from error
        if ending.destroy_at is None:
            self.stdout.write("Nobody there ended an agreement: another operator has to decide.")
        else:
            self.stdout.write(f"Frozen. It is destroyed from {ending.destroy_at:%Y-%m-%d} on.")
