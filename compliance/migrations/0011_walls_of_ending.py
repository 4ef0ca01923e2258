"""What the database holds to about the end of a workspace, whoever asks: two people, a grace, no hold."""

from django.db import migrations

GUARD = """
SELECT kernel.guard('compliance_ending');
SELECT kernel.guard('compliance_datareturn');
SELECT kernel.guard('compliance_returnchunk');
SELECT kernel.refer('compliance_ending', 'job_id', 'tenancy_job');
SELECT kernel.refer('compliance_datareturn', 'job_id', 'tenancy_job');
SELECT kernel.refer('compliance_returnchunk', 'of_id', 'compliance_datareturn');
REVOKE DELETE ON public.compliance_ending FROM sealpost_runtime;
"""
UNGUARD = """
ALTER TABLE compliance_returnchunk DROP CONSTRAINT compliance_returnchunk_of_id_same_tenant;
ALTER TABLE compliance_datareturn DROP CONSTRAINT compliance_datareturn_job_id_same_tenant;
ALTER TABLE compliance_ending DROP CONSTRAINT compliance_ending_job_id_same_tenant;
SELECT kernel.unguard('compliance_returnchunk');
SELECT kernel.unguard('compliance_datareturn');
SELECT kernel.unguard('compliance_ending');
"""
STAYS = """
CREATE FUNCTION kernel.refuse_ending_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL
        OR (NEW.tenant_id, NEW.asker_kind, NEW.asked_by, NEW.asked_by_name, NEW.asked_at, NEW.reason)
            IS DISTINCT FROM
            (OLD.tenant_id, OLD.asker_kind, OLD.asked_by, OLD.asked_by_name, OLD.asked_at, OLD.reason)
        OR OLD.decided_at IS NOT NULL AND (NEW.decided_by, NEW.decided_by_name, NEW.decided_at)
            IS DISTINCT FROM (OLD.decided_by, OLD.decided_by_name, OLD.decided_at)
        OR NEW.destroy_at < OLD.destroy_at
        OR OLD.destroying_since IS NOT NULL AND NEW.closed_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'an end stays as it was decided' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_as_decided BEFORE UPDATE ON public.compliance_ending
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_ending_change();

-- Frozen, destroyed or opened again only as an end says that two people decided.
CREATE FUNCTION kernel.refuse_undecided_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided record;
BEGIN
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    SELECT decided_at, destroying_since INTO decided FROM public.compliance_ending
        WHERE tenant_id = NEW.id AND closed_at IS NULL;
    IF NEW.status = 'ending' AND decided.decided_at IS NULL THEN
        RAISE EXCEPTION 'nobody decided that this workspace ends' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'destroying' AND decided.destroying_since IS NULL THEN
        RAISE EXCEPTION 'the grace of this workspace is not over' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'destroying' AND EXISTS (SELECT 1 FROM public.compliance_legalhold
        WHERE tenant_id = NEW.id AND released_at IS NULL)
    THEN
        RAISE EXCEPTION 'a legal hold keeps this workspace' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'ending' AND NEW.status = 'active' AND decided.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'the end of this workspace is still decided' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_as_decided BEFORE UPDATE ON public.tenancy_tenant
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_undecided_end();

-- A hold comes before the destruction begins, or not at all: waits for whoever begins it now.
CREATE FUNCTION kernel.refuse_late_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.tenancy_tenant
        WHERE id = NEW.tenant_id AND status NOT IN ('destroying', 'destroyed') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this workspace is being destroyed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_time BEFORE INSERT ON public.compliance_legalhold
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_late_hold();
"""
NOT_STAYS = """
DROP TRIGGER in_time ON public.compliance_legalhold;
DROP FUNCTION kernel.refuse_late_hold();
DROP TRIGGER ends_as_decided ON public.tenancy_tenant;
DROP FUNCTION kernel.refuse_undecided_end();
DROP TRIGGER stays_as_decided ON public.compliance_ending;
DROP FUNCTION kernel.refuse_ending_change();
"""
# Files of archives go by an order of two people, or with the whole workspace.
FILES = """
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('kernel.refuse_undisposed_file()'::regprocedure),
        $old${old}$old$, $new${new}$new$);
END $$;
"""
ORDERED = "WHERE NOT EXISTS (SELECT 1 FROM public.audit_disposal"
ORDERED_OR_ALL = """WHERE NOT EXISTS (SELECT 1 FROM public.tenancy_tenant AS workspace
            WHERE workspace.id = gone.tenant_id AND workspace.status = 'destroying')
          AND NOT EXISTS (SELECT 1 FROM public.audit_disposal"""
DUE = """
CREATE FUNCTION kernel.due_endings(moment timestamptz) RETURNS TABLE (tenant uuid, step text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT workspace.id, CASE WHEN workspace.status = 'ending' AND ending.stopped_at IS NULL
        THEN 'stop' ELSE 'destroy' END
    FROM public.tenancy_tenant AS workspace
    LEFT JOIN public.compliance_ending AS ending
        ON ending.tenant_id = workspace.id AND ending.closed_at IS NULL
    WHERE (ending.lease_expires_at IS NULL OR ending.lease_expires_at <= moment)
        AND (workspace.status = 'destroying'
            OR workspace.status = 'ending' AND (ending.stopped_at IS NULL
                OR ending.destroy_at <= moment AND NOT EXISTS (
                    SELECT 1 FROM public.compliance_legalhold AS hold
                    WHERE hold.tenant_id = workspace.id AND hold.released_at IS NULL)))
$$;
GRANT SELECT ON public.tenancy_tenant, public.compliance_legalhold TO sealpost_scheduler;
SELECT kernel.schedule_through('kernel.due_endings(timestamptz)', 'compliance_ending');

CREATE FUNCTION kernel.endings_for_operators() RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.compliance_ending WHERE closed_at IS NULL ORDER BY asked_at
$$;
SELECT kernel.schedule_through('kernel.endings_for_operators()', 'compliance_ending');

CREATE FUNCTION kernel.due_data_returns(moment timestamptz, ready_before timestamptz)
RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.compliance_datareturn
    WHERE status = 'queued' AND (lease_expires_at IS NULL OR lease_expires_at <= moment)
       OR status = 'ready' AND ready_at <= ready_before
$$;
SELECT kernel.schedule_through('kernel.due_data_returns(timestamptz, timestamptz)', 'compliance_datareturn');
"""
NOT_DUE = """
DROP FUNCTION kernel.due_data_returns(timestamptz, timestamptz);
DROP FUNCTION kernel.endings_for_operators();
DROP FUNCTION kernel.due_endings(timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0010_ending"),
        ("audit", "0010_archives_go_with_their_workspace"),
    ]
    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(STAYS, NOT_STAYS),
        migrations.RunSQL(
            FILES.format(old=ORDERED, new=ORDERED_OR_ALL),
            FILES.format(old=ORDERED_OR_ALL, new=ORDERED),
        ),
        migrations.RunSQL(DUE, NOT_DUE),
    ]
