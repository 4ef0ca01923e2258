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
    "sealpost_runtime: role of the service is more than an ordinary user": (
        "ALTER ROLE sealpost_runtime BYPASSRLS"
    ),
    "tenancy_systemmail: table has no tenant wall": (
        "DROP POLICY tenant_wall ON tenancy_systemmail;"
        "CREATE POLICY tenant_wall ON tenancy_systemmail AS PERMISSIVE FOR ALL TO PUBLIC"
        " USING (tenant_id = (SELECT kernel.current_tenant()))"
        " WITH CHECK (tenant_id = (SELECT kernel.current_tenant()))"
    ),
    "part: table is neither guarded nor shared with a reason": (
        "CREATE TABLE whole (id uuid, tenant_id uuid NOT NULL, UNIQUE (tenant_id, id))"
        " PARTITION BY HASH (tenant_id); ALTER TABLE whole ENABLE ROW LEVEL SECURITY,"
        " FORCE ROW LEVEL SECURITY;"
        "CREATE TABLE part PARTITION OF whole FOR VALUES WITH (MODULUS 1, REMAINDER 0)"
    ),
    "overlapping: unique index does not begin with the tenant": (
        "ALTER TABLE tenancy_job ADD CONSTRAINT overlapping"
        " EXCLUDE USING btree (id WITH =, tenant_id WITH =)"
    ),
    "crossed: foreign key between tenant tables does not carry the tenant": (
        "ALTER TABLE tenancy_job ADD another uuid, ADD CONSTRAINT crossed"
        " FOREIGN KEY (another, tenant_id) REFERENCES tenancy_systemmail (tenant_id, id)"
    ),
    "afar: foreign table cannot be guarded": (
        "CREATE FOREIGN DATA WRAPPER none; CREATE SERVER elsewhere FOREIGN DATA WRAPPER none;"
        "CREATE FOREIGN TABLE afar (id uuid, tenant_id uuid) SERVER elsewhere"
    ),
    "tenancy_job aside: rule changes what a statement does, with its owner's rights": (
        "CREATE RULE aside AS ON DELETE TO tenancy_job DO INSTEAD NOTHING"
    ),
    "postgres: is the role that the service connects as, and it is not sealpost_runtime": (
        "SELECT 'this connection is the superuser''s'"
    ),
    "sealpost_owner: role that only owns things may sign in": "ALTER ROLE sealpost_owner LOGIN",
    "public: runtime role may create objects in the schema": (
        "GRANT CREATE ON SCHEMA public TO sealpost_runtime"
    ),
    "kernel.context_key: runtime role may read what signs tenant contexts": (
        "GRANT SELECT (inner_pad) ON kernel.context_key TO sealpost_runtime"
    ),
    "side.copy: table outside of schema public is open to the runtime role": (
        "CREATE SCHEMA side; CREATE TABLE side.copy AS SELECT * FROM tenancy_job;"
        "GRANT SELECT ON side.copy TO sealpost_runtime"
    ),
    "tenancy_job: table is open to every role": "GRANT SELECT ON tenancy_job TO PUBLIC",
    "postgres: tables of the future are open to the runtime role": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO sealpost_runtime"
    ),
    "session_replication_role: protected parameter may be set by the runtime role": (
        "GRANT SET ON PARAMETER session_replication_role TO sealpost_runtime"
    ),
    "kernel.ajar(): function with its owner's rights may be called by everybody": (
        "CREATE FUNCTION kernel.ajar() RETURNS int LANGUAGE sql SECURITY DEFINER"
        " SET search_path = pg_catalog AS 'SELECT 1'"
    ),
    "audit_auditevent: append-only table may be changed by the runtime role": (
        "GRANT UPDATE ON audit_auditevent TO sealpost_runtime"
    ),
    "contacts_consentrecord: trigger that keeps rows as they are is switched off": (
        "ALTER TABLE contacts_consentrecord DISABLE TRIGGER append_only_rows"
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
