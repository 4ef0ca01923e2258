"""A workspace ends in steps that cannot be taken back to front, and the order to destroy it stays."""

from uuid import UUID

from django.db import migrations, models
from django.db.models import Q

import tenancy.clock

STEPS = """
CREATE FUNCTION kernel.refuse_tenant_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status || ' ' || NEW.status) NOT IN (
        'active suspended', 'suspended active', 'active ending', 'suspended ending', 'ending active',
        'ending destroying', 'destroying destroyed')
    THEN
        RAISE EXCEPTION 'a workspace does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER known_step BEFORE UPDATE ON public.tenancy_tenant
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_tenant_step();
"""
NO_STEPS = """
DROP TRIGGER known_step ON public.tenancy_tenant;
DROP FUNCTION kernel.refuse_tenant_step();
"""
# Its own role, and none of the rights of the one for removal: whoever signs a removal by age cannot
# empty tables that never age.
DOOR = r"""
GRANT USAGE ON SCHEMA kernel TO sealpost_destroyer;
GRANT CREATE ON SCHEMA kernel TO sealpost_destroyer;
GRANT EXECUTE ON FUNCTION kernel.is_signed(smallint, text, bytea) TO sealpost_destroyer;
GRANT EXECUTE ON FUNCTION kernel.current_tenant() TO sealpost_destroyer;
GRANT SELECT ON public.tenancy_tenant TO sealpost_destroyer;
CREATE POLICY destroyer_looks ON public.tenancy_tenant AS PERMISSIVE FOR SELECT
    TO sealpost_destroyer USING (true);

CREATE FUNCTION kernel.destroy_rows(relation name, most integer, key_id smallint, mac bytea)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant uuid := kernel.current_tenant();
    gone bigint;
BEGIN
    IF NOT kernel.is_signed(key_id, key_id || '|destroy|' || tenant || '|' || relation, mac) THEN
        RAISE EXCEPTION 'this destruction is not signed' USING ERRCODE = 'SP003';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.tenancy_tenant WHERE id = tenant AND status = 'destroying') THEN
        RAISE EXCEPTION 'this workspace is not being destroyed' USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('DELETE FROM public.%1$I WHERE tenant_id = $1 AND ctid = ANY (ARRAY('
        'SELECT ctid FROM public.%1$I WHERE tenant_id = $1 LIMIT $2))', relation) USING tenant, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
ALTER FUNCTION kernel.destroy_rows(name, integer, smallint, bytea) OWNER TO sealpost_destroyer;
REVOKE ALL ON FUNCTION kernel.destroy_rows(name, integer, smallint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.destroy_rows(name, integer, smallint, bytea) TO sealpost_runtime;
REVOKE CREATE ON SCHEMA kernel FROM sealpost_destroyer;

-- Called for each table that goes with its workspace, after every migration.
CREATE FUNCTION kernel.allow_destruction(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT, DELETE ON public.%I TO sealpost_destroyer', relation);
    IF NOT EXISTS (SELECT 1 FROM pg_policy WHERE polname = 'destruction_rows'
        AND polrelid = format('public.%I', relation)::regclass)
    THEN
        EXECUTE format('CREATE POLICY destruction_rows ON public.%I AS PERMISSIVE FOR ALL '
            'TO sealpost_destroyer USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;
REVOKE ALL ON FUNCTION kernel.allow_destruction(name) FROM PUBLIC;

-- Append-only rows keep what they say, until they go as a whole.
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_user IN ('sealpost_disposer', 'sealpost_destroyer') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
NO_DOOR = """
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_user = 'sealpost_disposer' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP FUNCTION kernel.allow_destruction(name);
DROP FUNCTION kernel.destroy_rows(name, integer, smallint, bytea);
DROP POLICY destroyer_looks ON public.tenancy_tenant;
"""
ORDERS_STAY = """
GRANT SELECT, INSERT, UPDATE (certificate, certified_at) ON tenancy_destructionorder TO sealpost_runtime;
CREATE FUNCTION public.keep_destruction_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.certificate = ''
        AND (NEW.tenant, NEW.ordered_at, NEW.told) IS NOT DISTINCT FROM (OLD.tenant, OLD.ordered_at, OLD.told)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON tenancy_destructionorder
    FOR EACH ROW EXECUTE FUNCTION public.keep_destruction_orders();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON tenancy_destructionorder
    FOR EACH STATEMENT EXECUTE FUNCTION public.keep_destruction_orders();

CREATE FUNCTION public.refuse_key_of_destroyed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.wrapped IS NOT NULL
        AND EXISTS (SELECT 1 FROM tenancy_destructionorder WHERE tenant = NEW.tenant)
        AND (TG_OP = 'INSERT' OR OLD.wrapped IS NULL)
    THEN
        RAISE EXCEPTION 'a destroyed workspace gets no key' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_destroyed BEFORE INSERT OR UPDATE ON tenancy_wrappedkey
    FOR EACH ROW EXECUTE FUNCTION public.refuse_key_of_destroyed();
"""
NO_ORDERS = """
DROP FUNCTION public.refuse_key_of_destroyed() CASCADE;
DROP FUNCTION public.keep_destruction_orders() CASCADE;
"""
STATUSES = [
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("ending", "Ending"),
    ("destroying", "Being destroyed"),
    ("destroyed", "Destroyed"),
]


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0007_erasure_order")]
    operations = [
        migrations.CreateModel(
            name="DestructionOrder",
            fields=[
                ("tenant", models.UUIDField(primary_key=True, serialize=False)),
                ("ordered_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("told", models.JSONField(default=list)),
                ("certificate", models.TextField(blank=True, default="")),
                ("certified_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(certificate="", certified_at__isnull=True)
                        | (~Q(certificate="") & Q(certified_at__isnull=False)),
                        name="destruction_certified_with_its_time",
                    )
                ]
            },
        ),
        migrations.RunSQL(ORDERS_STAY, NO_ORDERS, hints={"keys_database": True}),
        migrations.AlterField(
            "tenant",
            "status",
            models.CharField(choices=STATUSES, default="active", max_length=12),
        ),
        migrations.RemoveConstraint("tenant", "tenant_has_a_known_status"),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=Q(status__in=[status for status, _ in STATUSES]),
                name="tenant_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=Q(status="active") | ~Q(pk=UUID("00000000-0000-7000-8000-000000000000")),
                name="tenant_of_the_platform_never_ends",
            ),
        ),
        migrations.RunSQL(STEPS, NO_STEPS),
        migrations.RunSQL(DOOR, NO_DOOR),
    ]
