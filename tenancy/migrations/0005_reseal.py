"""One door through which a sealed value may be put under another version of its key, in any table.

Nobody but its owner role may pass it: that role sees rows through the tenant wall, may change sealed
columns alone, and is taken on by this function only. The function wants a signature that SQL cannot
make, so that injected SQL cannot spoil evidence.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION kernel.is_signed(key_id smallint, claim text, mac bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    pads record;
BEGIN
    SELECT inner_pad, outer_pad INTO pads FROM kernel.context_key WHERE kid = key_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    RETURN sha256(mac) = sha256(sha256(pads.outer_pad
        || sha256(pads.inner_pad || convert_to(claim, 'UTF8'))));
END $$;
ALTER FUNCTION kernel.is_signed(smallint, text, bytea) OWNER TO sealpost_owner;
REVOKE ALL ON FUNCTION kernel.is_signed(smallint, text, bytea) FROM PUBLIC;

GRANT USAGE ON SCHEMA kernel TO sealpost_resealer;
GRANT CREATE ON SCHEMA kernel TO sealpost_resealer;
GRANT EXECUTE ON FUNCTION kernel.is_signed(smallint, text, bytea) TO sealpost_resealer;
GRANT EXECUTE ON FUNCTION kernel.current_tenant() TO sealpost_resealer;

-- Rows that a writer holds at the moment, or has changed since they were read, are left alone.
CREATE FUNCTION kernel.reseal(relation name, attribute name, key_id smallint, mac bytea,
    ids uuid[], was bytea[], sealed bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET bytea_output = 'hex' AS $$
DECLARE
    tenant uuid := kernel.current_tenant();
    replaced bigint;
BEGIN
    IF NOT kernel.is_signed(key_id, key_id || '|reseal|' || tenant || '|' || relation || '.' || attribute
        || '|' || encode(sha256(convert_to(array_to_string(ids, ',') || '|' || array_to_string(was, ',')
        || '|' || array_to_string(sealed, ','), 'UTF8')), 'hex'), mac)
    THEN
        RAISE EXCEPTION 'this change of seals is not signed' USING ERRCODE = 'SP003';
    END IF;
    EXECUTE format('
        WITH free AS (
            SELECT stored.id FROM public.%1$I stored
            JOIN unnest($1, $2) AS read (id, was) ON stored.id = read.id AND stored.%2$I = read.was
            WHERE stored.tenant_id = $4 ORDER BY stored.id FOR NO KEY UPDATE OF stored SKIP LOCKED
        )
        UPDATE public.%1$I stored SET %2$I = fresh.sealed
        FROM unnest($1, $3) AS fresh (id, sealed), free
        WHERE stored.tenant_id = $4 AND stored.id = free.id AND fresh.id = free.id',
        relation, attribute) USING ids, was, sealed, tenant;
    GET DIAGNOSTICS replaced = ROW_COUNT;
    RETURN replaced;
END $$;
ALTER FUNCTION kernel.reseal(name, name, smallint, bytea, uuid[], bytea[], bytea[])
    OWNER TO sealpost_resealer;
REVOKE ALL ON FUNCTION kernel.reseal(name, name, smallint, bytea, uuid[], bytea[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.reseal(name, name, smallint, bytea, uuid[], bytea[], bytea[])
    TO sealpost_runtime;
REVOKE CREATE ON SCHEMA kernel FROM sealpost_resealer;

-- Called for each sealed column of the models after every migration.
CREATE FUNCTION kernel.allow_reseal(relation name, attribute name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT (id, tenant_id, %1$I), UPDATE (%1$I) ON public.%2$I TO sealpost_resealer',
        attribute, relation);
    IF NOT EXISTS (SELECT 1 FROM pg_policy WHERE polname = 'reseal_rows'
        AND polrelid = format('public.%I', relation)::regclass)
    THEN
        EXECUTE format('CREATE POLICY reseal_rows ON public.%I AS PERMISSIVE FOR ALL '
            'TO sealpost_resealer USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;
REVOKE ALL ON FUNCTION kernel.allow_reseal(name, name) FROM PUBLIC;

-- Append-only rows keep what they say; only the seal around it may be renewed.
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel.due_reseals() RETURNS TABLE (tenant_id uuid, job_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, id FROM public.tenancy_job
    WHERE kind = 'keys.reseal' AND status IN ('queued', 'running')
      AND (lease_expires_at IS NULL OR lease_expires_at < now()) ORDER BY created_at
$$;
SELECT kernel.schedule_through('kernel.due_reseals()', 'tenancy_job');
"""

REVERSE = r"""
DROP FUNCTION kernel.due_reseals();
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP FUNCTION kernel.allow_reseal(name, name);
DROP FUNCTION kernel.reseal(name, name, smallint, bytea, uuid[], bytea[], bytea[]);
DROP FUNCTION kernel.is_signed(smallint, text, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_key_versions")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
