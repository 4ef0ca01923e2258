"""One door through which rows are removed for good: by age, or because a person asks for it.

Append-only tables refuse everybody; old rows of theirs have to go all the same. Nobody but its owner role
may pass the door: that role sees rows through the tenant wall and deletes from the tables that a migration
allows. The function wants a signature that SQL cannot make, so that injected SQL cannot destroy evidence.
"""

from django.db import migrations

FORWARD = r"""
GRANT USAGE ON SCHEMA kernel TO sealpost_disposer;
GRANT CREATE ON SCHEMA kernel TO sealpost_disposer;
GRANT EXECUTE ON FUNCTION kernel.is_signed(smallint, text, bytea) TO sealpost_disposer;
GRANT EXECUTE ON FUNCTION kernel.current_tenant() TO sealpost_disposer;

CREATE FUNCTION kernel.remove(relation name, key_id smallint, mac bytea, ids uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant uuid := kernel.current_tenant();
    removed bigint;
BEGIN
    IF NOT kernel.is_signed(key_id, key_id || '|remove|' || tenant || '|' || relation || '|'
        || encode(sha256(convert_to(array_to_string(ids, ','), 'UTF8')), 'hex'), mac)
    THEN
        RAISE EXCEPTION 'this removal is not signed' USING ERRCODE = 'SP003';
    END IF;
    EXECUTE format('DELETE FROM public.%I WHERE tenant_id = $1 AND id = ANY ($2)', relation)
        USING tenant, ids;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;
ALTER FUNCTION kernel.remove(name, smallint, bytea, uuid[]) OWNER TO sealpost_disposer;
REVOKE ALL ON FUNCTION kernel.remove(name, smallint, bytea, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.remove(name, smallint, bytea, uuid[]) TO sealpost_runtime;
REVOKE CREATE ON SCHEMA kernel FROM sealpost_disposer;

CREATE FUNCTION kernel.allow_removal(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT, DELETE ON public.%I TO sealpost_disposer', relation);
    EXECUTE format('CREATE POLICY removal_rows ON public.%I AS PERMISSIVE FOR ALL '
        'TO sealpost_disposer USING (true) WITH CHECK (true)', relation);
END $$;
REVOKE ALL ON FUNCTION kernel.allow_removal(name) FROM PUBLIC;

CREATE FUNCTION kernel.forbid_removal(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON public.%I FROM sealpost_disposer', relation);
    EXECUTE format('DROP POLICY removal_rows ON public.%I', relation);
END $$;
REVOKE ALL ON FUNCTION kernel.forbid_removal(name) FROM PUBLIC;

-- Append-only rows keep what they say, until they go as a whole.
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
"""

REVERSE = r"""
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP FUNCTION kernel.forbid_removal(name);
DROP FUNCTION kernel.allow_removal(name);
DROP FUNCTION kernel.remove(name, smallint, bytea, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0005_reseal")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
