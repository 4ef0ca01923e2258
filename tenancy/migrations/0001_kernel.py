"""The functions that every other migration builds its walls with.

History must not change when code does, so the walls are SQL in the database, called by name.
"""

from django.db import migrations

CONTEXT = """
CREATE SCHEMA kernel;
GRANT USAGE ON SCHEMA kernel TO sealpost_runtime, sealpost_owner, sealpost_scheduler, sealpost_migrate;
GRANT CREATE ON SCHEMA kernel TO sealpost_owner, sealpost_scheduler;

CREATE TABLE kernel.context_key (
    kid smallint PRIMARY KEY,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
ALTER TABLE kernel.context_key OWNER TO sealpost_owner;

CREATE FUNCTION kernel.install_context_key(key_id smallint, inner_key bytea, outer_key bytea)
RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
    INSERT INTO kernel.context_key (kid, inner_pad, outer_pad) VALUES (key_id, inner_key, outer_key)
    ON CONFLICT (kid) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
$$;
REVOKE ALL ON FUNCTION kernel.install_context_key FROM PUBLIC;

-- Answers the tenant of the transaction or raises: never NULL, never silently no rows.
CREATE FUNCTION kernel.current_tenant() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    context text := current_setting('sealpost.context', true);
    part text[];
    pads record;
    mac bytea;
BEGIN
    IF context IS NULL OR context !~ '^[0-9]{1,4}\\|[0-9a-f-]{36}\\|[0-9]{1,12}\\|[0-9a-f]{64}$' THEN
        RAISE EXCEPTION 'no tenant context' USING ERRCODE = 'SP001';
    END IF;
    part := string_to_array(context, '|');
    IF part[3]::bigint < extract(epoch FROM clock_timestamp()) THEN
        RAISE EXCEPTION 'tenant context has expired' USING ERRCODE = 'SP002';
    END IF;
    SELECT inner_pad, outer_pad INTO pads FROM kernel.context_key WHERE kid = part[1]::smallint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant context has an unknown key' USING ERRCODE = 'SP001';
    END IF;
    -- RFC 2104 over core sha256(): the extension that has hmac() is not everywhere.
    mac := sha256(pads.outer_pad || sha256(pads.inner_pad
        || convert_to(part[1] || '|' || part[2] || '|' || part[3], 'UTF8')));
    IF sha256(mac) <> sha256(decode(part[4], 'hex')) THEN
        RAISE EXCEPTION 'tenant context is not signed' USING ERRCODE = 'SP001';
    END IF;
    RETURN part[2]::uuid;
END $$;
ALTER FUNCTION kernel.current_tenant() OWNER TO sealpost_owner;
REVOKE ALL ON FUNCTION kernel.current_tenant() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.current_tenant()
    TO sealpost_runtime, sealpost_migrate, sealpost_scheduler, sealpost_backup;
"""

WALLS = """
CREATE TABLE kernel.shared_table (name name PRIMARY KEY, reason text NOT NULL);
ALTER TABLE kernel.shared_table OWNER TO sealpost_owner;
GRANT SELECT ON kernel.shared_table TO sealpost_runtime;

CREATE FUNCTION kernel.guard(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format('CREATE POLICY runtime_rows ON public.%I AS PERMISSIVE FOR ALL TO sealpost_runtime '
        'USING (true) WITH CHECK (true)', relation);
    EXECUTE format('CREATE POLICY tenant_wall ON public.%I AS RESTRICTIVE FOR ALL TO PUBLIC '
        'USING (tenant_id = (SELECT kernel.current_tenant())) '
        'WITH CHECK (tenant_id = (SELECT kernel.current_tenant()))', relation);
    EXECUTE format('ALTER TABLE public.%I ADD CONSTRAINT %I UNIQUE (tenant_id, id)',
        relation, relation || '_tenant_row');
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO sealpost_runtime', relation);
    EXECUTE format('ALTER TABLE public.%I OWNER TO sealpost_owner', relation);
END $$;

CREATE FUNCTION kernel.unguard(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON public.%I FROM sealpost_runtime', relation);
    EXECUTE format('DROP POLICY tenant_wall ON public.%I', relation);
    EXECUTE format('DROP POLICY runtime_rows ON public.%I', relation);
    EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT %I', relation, relation || '_tenant_row');
    EXECUTE format('ALTER TABLE public.%I NO FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE public.%I DISABLE ROW LEVEL SECURITY', relation);
END $$;

CREATE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel.guard_append_only(relation name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel.guard(relation);
    EXECUTE format('REVOKE UPDATE, DELETE ON public.%I FROM sealpost_runtime', relation);
    EXECUTE format('CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON public.%I '
        'FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change()', relation);
    EXECUTE format('CREATE TRIGGER append_only_table BEFORE TRUNCATE ON public.%I '
        'FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change()', relation);
END $$;

CREATE FUNCTION kernel.refer(relation name, reference name, target name)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ADD CONSTRAINT %I FOREIGN KEY (tenant_id, %I) '
        'REFERENCES public.%I (tenant_id, id) DEFERRABLE INITIALLY DEFERRED',
        relation, left(relation || '_' || reference, 50) || '_same_tenant', reference, target);
END $$;

CREATE FUNCTION kernel.share(relation name, privileges text, why text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kernel.shared_table (name, reason) VALUES (relation, why);
    IF privileges <> '' THEN
        EXECUTE format('GRANT %s ON public.%I TO sealpost_runtime', privileges, relation);
    END IF;
    EXECUTE format('ALTER TABLE public.%I OWNER TO sealpost_owner', relation);
END $$;

-- A function that sees every tenant: it returns ids and counts, and only the named table is open to it.
CREATE FUNCTION kernel.schedule_through(signature text, relation name)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON public.%I TO sealpost_scheduler', relation);
    EXECUTE format('ALTER FUNCTION %s OWNER TO sealpost_scheduler', signature);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO sealpost_runtime', signature);
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(CONTEXT, "DROP SCHEMA kernel CASCADE"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
