"""The test that guards the guard: the catalogue is clean, and each kind of hole is found when planted."""

import os

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from tenancy import catalogue
from tenancy.models import TenantForeignKey, TenantModel

TENANT_MODELS = [m for m in apps.get_models() if issubclass(m, TenantModel)]

PLANTED = {
    "forgotten: table is neither guarded nor shared with a reason": (
        "CREATE TABLE forgotten (id uuid PRIMARY KEY, tenant_id uuid NOT NULL)"
    ),
    "tenancy_job: table is neither guarded nor shared with a reason": (
        "ALTER TABLE tenancy_job NO FORCE ROW LEVEL SECURITY"
    ),
    "tenancy_job: table has no tenant wall": "DROP POLICY tenant_wall ON tenancy_job",
    "tenancy_job: table's tenant_id may be null or is missing": (
        "ALTER TABLE tenancy_job ALTER tenant_id DROP NOT NULL"
    ),
    "tenancy_job: table does not belong to the owner role": (
        "ALTER TABLE tenancy_job OWNER TO sealpost_runtime"
    ),
    "oracle: unique index does not begin with the tenant": (
        "CREATE UNIQUE INDEX oracle ON tenancy_job (id, tenant_id)"
    ),
    "numbered: primary key could tell of other tenants": (
        "CREATE TABLE numbered (id serial PRIMARY KEY, tenant_id uuid NOT NULL)"
    ),
    "crossing: foreign key between tenant tables does not carry the tenant": (
        "ALTER TABLE tenancy_job ADD other uuid,"
        " ADD CONSTRAINT crossing FOREIGN KEY (other) REFERENCES audit_auditevent (id)"
    ),
    "peephole: view does not run with its reader's rights": (
        "CREATE VIEW peephole AS SELECT * FROM tenancy_job"
    ),
    "copy: materialized view cannot be guarded": (
        "CREATE MATERIALIZED VIEW copy AS SELECT * FROM tenancy_job"
    ),
    "loose(): function with its owner's rights does not pin its search_path": (
        "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ),
    "tenancy_job TRUNCATE: runtime role may truncate, or references a table": (
        "GRANT TRUNCATE ON tenancy_job TO sealpost_runtime"
    ),
    "sealpost_runtime: runtime role is more than an ordinary user": (
        "ALTER ROLE sealpost_runtime BYPASSRLS"
    ),
}


@pytest.fixture
def admin():
    """A superuser's connection whose changes are rolled back."""
    name = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as conn:
        yield conn
        conn.rollback()


def test_catalogue_has_no_hole(clinic):
    with connection.cursor() as cursor:
        assert catalogue.holes(cursor) == []


@pytest.mark.parametrize(("sentence", "change"), PLANTED.items(), ids=lambda text: text[:40])
def test_planted_hole_is_found(admin, sentence, change):
    with admin.cursor() as cursor:
        cursor.execute(change)
        assert sentence in catalogue.holes(cursor)
        with pytest.raises(catalogue.CatalogueHasHoles):
            catalogue.refuse_holes(cursor)


def test_every_kind_of_hole_is_planted_once():
    assert {sentence.partition(": ")[2] for sentence in PLANTED} == set(catalogue.QUERIES)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_every_reference_to_a_tenant_row_carries_the_tenant(clinic, model):
    keys = [f for f in model._meta.get_fields() if isinstance(f, TenantForeignKey)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_constraint k JOIN pg_attribute a "
            "ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) "
            "WHERE k.contype = 'f' AND k.conrelid = to_regclass(%s) AND cardinality(k.conkey) = 2",
            [model._meta.db_table],
        )
        constrained = {row[0] for row in cursor.fetchall()}
    assert {key.column for key in keys} <= constrained


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_no_plain_foreign_key_leads_to_a_tenant_table(model):
    plain = [
        f.name
        for f in model._meta.get_fields()
        if f.many_to_one
        and f.concrete
        and not isinstance(f, TenantForeignKey)
        and issubclass(f.related_model, TenantModel)
    ]
    assert plain == []
