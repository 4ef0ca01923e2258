"""Events of the log go by the order of two people, and in no other way.

They pass the same door as everything else that is removed (kernel.remove). Behind it a trigger holds each
deleted event against the order: granted by a second person, signed into the tree before, old enough, archived
or let go without, under no hold. It sees what it needs whoever deletes, and judges the deleted rows as a set.
"""

from django.db import migrations

# {order} holds for a row `disposal`.
ORDER = """disposal.status = 'ordered'
    AND EXISTS (SELECT 1 FROM public.accounts_countersignature AS asked
        WHERE asked.tenant_id = disposal.tenant_id AND asked.kind = 'audit.dispose'
          AND asked.subject_id = disposal.id::text AND asked.decision = 'granted'
          AND asked.requested_by = disposal.asked_by AND asked.decided_by = disposal.granted_by
          AND asked.decided_by <> asked.requested_by)
    AND EXISTS (SELECT 1 FROM public.audit_leaf AS place
        JOIN public.audit_tree AS tree ON tree.tenant_id = place.tenant_id
        WHERE place.tenant_id = disposal.tenant_id AND place.id = disposal.event_id
          AND place.seq >= disposal."end" AND place.seq < tree.signed_size)
    AND NOT EXISTS (SELECT 1 FROM public.compliance_legalhold AS hold
        WHERE hold.tenant_id = disposal.tenant_id AND hold.released_at IS NULL)"""

WALLS = f"""
CREATE FUNCTION kernel.refuse_undisposed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    kept bigint;
BEGIN
    SELECT count(*) INTO kept FROM gone WHERE gone.action = 'audit.disposal_ordered' OR NOT EXISTS (
        SELECT 1 FROM public.audit_leaf AS own
        JOIN public.audit_disposal AS disposal ON disposal.tenant_id = own.tenant_id
            AND own.seq >= disposal.first AND own.seq < disposal."end"
        WHERE own.id = gone.id AND own.tenant_id = gone.tenant_id
          AND gone.recorded_at < now() - make_interval(days => greatest(2192, (
            SELECT max(settings.audit_days) FROM public.compliance_retentionsettings AS settings
            WHERE settings.tenant_id = gone.tenant_id)))
          AND (NOT disposal.keeps_archives OR disposal."end" <= (
            SELECT max(archive."end") FROM public.audit_archive AS archive
            WHERE archive.tenant_id = gone.tenant_id AND archive.status = 'ready'))
          AND {ORDER});
    IF kept > 0 THEN
        RAISE EXCEPTION 'no order of two people lets % of these events go', kept
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kernel.refuse_undisposed_file() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM gone
        JOIN public.audit_archive AS archive ON archive.tenant_id = gone.tenant_id
            AND archive.id = gone.archive_id AND archive.sha256 <> ''
        WHERE NOT EXISTS (SELECT 1 FROM public.audit_disposal AS disposal
            WHERE disposal.tenant_id = gone.tenant_id AND archive."end" <= disposal."end"
              AND NOT disposal.keeps_archives AND {ORDER}))
    THEN
        RAISE EXCEPTION 'no order of two people lets this archive go' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['refuse_undisposed', 'refuse_undisposed_file'] LOOP
        EXECUTE format('ALTER FUNCTION kernel.%I() OWNER TO sealpost_scheduler', name);
        EXECUTE format('REVOKE ALL ON FUNCTION kernel.%I() FROM PUBLIC', name);
    END LOOP;
END $$;
GRANT SELECT ON public.audit_disposal TO sealpost_scheduler;
GRANT SELECT (tenant_id, kind, subject_id, decision, requested_by, decided_by)
    ON public.accounts_countersignature TO sealpost_scheduler;
GRANT SELECT (tenant_id, released_at) ON public.compliance_legalhold TO sealpost_scheduler;
GRANT SELECT (tenant_id, audit_days) ON public.compliance_retentionsettings TO sealpost_scheduler;

CREATE TRIGGER goes_by_order AFTER DELETE ON public.audit_auditevent
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_undisposed();
CREATE TRIGGER goes_by_order AFTER DELETE ON public.audit_archivepiece
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_undisposed_file();
"""  # noqa: S608 - our own constant
UNWALL = """
DROP FUNCTION kernel.refuse_undisposed() CASCADE;
DROP FUNCTION kernel.refuse_undisposed_file() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0008_review"),
        ("audit", "0009_disposals"),
        ("tenancy", "0006_removal"),
        ("accounts", "0007_countersignature"),
    ]
    operations = [
        migrations.RunSQL(WALLS, UNWALL),
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in ("audit_auditevent", "audit_archivepiece")
        ),
    ]
