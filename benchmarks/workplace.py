"""Django, a tenant of this run and the limits that figures are compared with."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tenancy.models import Tenant


@contextmanager
def clinic() -> Iterator["Tenant"]:
    """A fresh tenant in the run's own database, its scope entered, in a process that started as a worker does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config import celery, memory
    from tenancy import services
    from tenancy.ids import uuid7
    from tenancy.scope import platform_scope, tenant_scope

    with platform_scope():
        tenant = services.create_tenant(name="Bench Clinic", slug=f"bench-{uuid7()}")
    celery.app.loader.import_default_modules()
    memory.settle()
    with tenant_scope(tenant.id):
        yield tenant


TODAY = date(2026, 11, 23)
BATCH = 2_000


def add_people(count: int, *, domains: Sequence[str] = ()) -> None:
    """The schema and `count` synthetic people; with `domains`, all with mailboxes there."""
    from contacts.entries import Entry
    from contacts.models import Attribute
    from contacts.services.storing import store
    from contacts.synthetic import ATTRIBUTES, People

    Attribute.objects.bulk_create(
        Attribute(
            key=each.key,
            label=each.label,
            type=each.kind,
            phi_class=each.phi_class,
            choices=list(each.choices),
        )
        for each in ATTRIBUTES
    )
    entries = (
        Entry(
            {**person.identity, "email": f"p{number}@{domains[number % len(domains)]}"}
            if domains
            else person.identity,
            person.attributes,
        )
        for number, person in enumerate(People(count, seed=1, today=TODAY))
    )
    while batch := list(islice(entries, BATCH)):
        store(batch)
    count_for_planner("contacts_contact")


def count_for_planner(table: str) -> None:
    """As autovacuum does within a minute of a load."""
    from django.db import connections

    with connections["migrate"].cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def rsa2048_signatures_per_second(seconds: int = 3) -> float:
    """What `openssl speed` reaches on one core: the floor of a signed message."""
    done = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", str(seconds), "rsa2048"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    fields = next(line for line in done.stdout.splitlines() if line.startswith("+F2:")).split(":")
    return float(fields[3])
