import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import Role
from accounts.services import users
from audit.services import SYSTEM
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import platform_scope


class Command(BaseCommand):
    help = (
        "Create an account: the owner of a workspace, or an operator of the platform. "
        "Prints a first password; the second factor is set up at the first sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--workspace", help="short name of the workspace")
        place.add_argument("--operator", action="store_true")
        parser.add_argument("--role", choices=Role.values, default=Role.OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(18)
        try:
            tenant = None if options["operator"] else _workspace(options["workspace"])
            user = users.create_user(
                email=options["email"],
                name=options["name"],
                password=password,
                is_operator=options["operator"],
            )
            if tenant is not None:
                users.add_member(user, Role(options["role"]), tenant=tenant, actor=SYSTEM)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(password)


def _workspace(slug: str) -> Tenant:
    with platform_scope():
        tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no workspace {slug}. Run create_tenant first.")
    return tenant
