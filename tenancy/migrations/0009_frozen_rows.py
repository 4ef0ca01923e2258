"""Rows of a frozen workspace stay as they are, whatever code asks.

For the service's statements, by the tenant of their context: one look a statement, not a row. Who opens a
transaction before the freeze may still commit in it; the end of a workspace cancels what came in that way.
"""

from django.db import migrations

FREEZE = """
CREATE FUNCTION kernel.refuse_frozen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    context text := current_setting('sealpost.context', true);
BEGIN
    IF context <> '' AND EXISTS (SELECT 1 FROM public.tenancy_tenant
        WHERE id = split_part(context, '|', 2)::uuid AND status IN ('ending', 'destroying', 'destroyed'))
    THEN
        RAISE EXCEPTION '% is frozen with its workspace', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION kernel.refuse_frozen() OWNER TO sealpost_scheduler;
REVOKE ALL ON FUNCTION kernel.refuse_frozen() FROM PUBLIC;

-- Called for each table after every migration. A value is sealed anew under a new key in every state.
CREATE FUNCTION kernel.freeze_with_workspace(relation name, mode text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known name;
    wanted name := CASE mode WHEN 'kept' THEN 'kept_while_frozen' WHEN 'winds_down' THEN 'winds_down_while_frozen' END;
    acts text := CASE mode WHEN 'kept' THEN 'INSERT OR UPDATE' ELSE 'INSERT' END;
BEGIN
    SELECT tgname INTO known FROM pg_trigger
    WHERE tgrelid = format('public.%I', relation)::regclass AND tgname LIKE '%_while_frozen';
    IF known IS NOT DISTINCT FROM wanted THEN
        RETURN;
    END IF;
    IF known IS NOT NULL THEN
        EXECUTE format('DROP TRIGGER %I ON public.%I', known, relation);
    END IF;
    IF wanted IS NOT NULL THEN
        EXECUTE format('CREATE TRIGGER %I BEFORE %s ON public.%I FOR EACH STATEMENT '
            'WHEN (current_user <> ''sealpost_resealer'') EXECUTE FUNCTION kernel.refuse_frozen()',
            wanted, acts, relation);
    END IF;
END $$;
REVOKE ALL ON FUNCTION kernel.freeze_with_workspace(name, text) FROM PUBLIC;
"""
THAW = """
DROP FUNCTION kernel.freeze_with_workspace(name, text);
DROP FUNCTION kernel.refuse_frozen() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_end_of_a_tenant")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
