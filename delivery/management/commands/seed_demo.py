from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from delivery.demo import accounts, campaigns, mail, people
from tenancy import services as tenancy
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope

DENTIST_PEOPLE = 60


class Command(BaseCommand):
    help = "Make the demo's workspaces with invented people, once. Refuses in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=2_000, help="how many the clinic has")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demo's people and passwords do not belong in production.")
        accounts.open_accounts(accounts.PLATFORM)
        with platform_scope():
            mail.prepare_own_mail(accounts.actor(accounts.PLATFORM[0]))
        clinic = workspace("Elm Street Clinic", "elm-street")
        accounts.open_accounts(accounts.CLINIC, clinic)
        with tenant_scope(clinic.id):
            furnish_clinic(options["people"])
        dentist = workspace("Harbor Dental", "harbor-dental")
        accounts.open_accounts(accounts.DENTIST, dentist)
        with tenant_scope(dentist.id):
            furnish_dentist()
        if settings.STATE_DIR:
            accounts.write(Path(settings.STATE_DIR))


def workspace(name: str, slug: str) -> Tenant:
    with platform_scope():
        known = Tenant.objects.filter(slug=slug).first()
    return known or tenancy.create_tenant(name=name, slug=slug)


def furnish_clinic(count: int) -> None:
    """Everything that a workspace in daily use has. Finishes what a killed run has left."""
    marketer, officer, owner, admin = map(accounts.actor, accounts.CLINIC[:4])
    mail.sign_agreement(owner, accounts.actor(accounts.PLATFORM[0]))
    mail.prepare_senders(admin, marketer)
    with transaction.atomic():
        people.bring_in(count, seed=1, actor=marketer)
    mail.remember_unsafe_domains()
    with transaction.atomic():
        campaigns.write(marketer, officer)


def furnish_dentist() -> None:
    """A workspace that has people and has not set up its mail yet."""
    owner = accounts.actor(accounts.DENTIST[0])
    mail.sign_agreement(owner, accounts.actor(accounts.PLATFORM[0]))
    with transaction.atomic():
        people.bring_in(DENTIST_PEOPLE, seed=2, actor=owner)
