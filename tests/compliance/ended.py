"""A workspace with something in every important table, and what the superuser counts of it."""

import os
from datetime import date

import psycopg
from django.conf import settings
from psycopg import sql

from audit.models import Archive, ArchivePiece
from tenancy import clock
from tenancy.models import DestructionOrder, Tenant
from tenancy.scope import platform_scope, tenant_scope
from tests.factories.compliance import agreement_in_force, verified_domain
from tests.factories.contacts import agree, make_contact
from tests.factories.delivery import make_campaign, make_item

WHY = "We close the practice"
STAYS = {
    "audit_anchor", "audit_auditevent", "audit_checkpoint", "audit_leaf", "audit_pendingleaf",
    "audit_subtree", "audit_tree", "compliance_agreement",
}  # fmt: skip


def fill(tenant, nurse):
    with tenant_scope(tenant.pk):
        agreement_in_force()
        verified_domain(f"news-{tenant.pk.hex[-8:]}.example")
        ada = make_contact(external_id="EV-1", given_name="Zyxomark", email="zyx@postbox.example")
        agree(ada, "appointment", nurse)
        make_item(ada, text="Hello Zyxomark")
        make_campaign(name="Zyxomark reminder")
        archived()
    return ada


def archived():
    """A closed month of the log, whose file nobody may change."""
    made = Archive.objects.create(month=date(2020, 3, 1), first=0, end=1, before=b"")
    ArchivePiece.objects.create(archive=made, position=0, length=1, content=b"x")
    Archive.objects.filter(pk=made.pk).update(
        status="ready", ready_at=clock.now(), size=1, root=bytes(32), sha256="0" * 64
    )


def tables_of(tenant_id):
    """Tenant table of the catalogue → rows of this workspace, as the superuser counts them."""
    url = os.environ["ADMIN_DATABASE_URL"]
    with psycopg.connect(url, dbname=settings.DATABASES["default"]["NAME"]) as admin:
        named = admin.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND a.attname = 'tenant_id'"
        ).fetchall()
        return {
            name: admin.execute(
                sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(
                    sql.Identifier(name)
                ),
                [tenant_id],
            ).fetchone()[0]
            for (name,) in named
        }


def without_the_log(counts):
    """The sequencer serves every workspace: it may have moved on."""
    return {name: rows for name, rows in counts.items() if not name.startswith("audit_")}


def rows_in(counts):
    return {name for name, rows in counts.items() if rows}


def status_of(tenant):
    with platform_scope():
        return Tenant.objects.get(pk=tenant.pk).status


def certificate_of(tenant):
    with platform_scope():
        return DestructionOrder.objects.get(pk=tenant.pk).certificate
