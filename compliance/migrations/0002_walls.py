"""Guards the tables, makes a signed agreement immutable, and lists tenants with work to do."""

from django.db import migrations

TABLES = [
    "compliance_agreement",
    "compliance_policy",
    "compliance_senderdomain",
    "compliance_sender",
    "compliance_suppression",
]

# What was signed stays. A countersignature and an end are written once, each by its own transition.
IMMUTABLE = """
CREATE FUNCTION kernel.refuse_agreement_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['status', 'ended_at', 'end_reason'];
    countersigning text[] := ARRAY['status', 'countersigner_name', 'countersigner_title',
        'countersigner_id', 'countersigner_address', 'countersigned_at'];
    may_change text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        may_change := CASE
            WHEN OLD.status = 'signed' AND NEW.status = 'active' THEN countersigning
            WHEN OLD.status IN ('signed', 'active') AND NEW.status = 'ended' THEN ending
            ELSE ARRAY[]::text[]
        END;
        IF to_jsonb(OLD) - may_change = to_jsonb(NEW) - may_change THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a signed agreement does not change' USING ERRCODE = 'restrict_violation';
END $$;

REVOKE DELETE ON public.compliance_agreement FROM sealpost_runtime;
CREATE TRIGGER agreement_immutable BEFORE UPDATE OR DELETE ON public.compliance_agreement
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_agreement_change();
CREATE TRIGGER agreement_table_immutable BEFORE TRUNCATE ON public.compliance_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_agreement_change();
"""
MUTABLE = """
DROP TRIGGER agreement_table_immutable ON public.compliance_agreement;
DROP TRIGGER agreement_immutable ON public.compliance_agreement;
GRANT DELETE ON public.compliance_agreement TO sealpost_runtime;
DROP FUNCTION kernel.refuse_agreement_change();
"""

DUE = """
CREATE FUNCTION kernel.agreements_to_countersign() RETURNS TABLE (tenant uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, signed_at FROM public.compliance_agreement
    WHERE status = 'signed' ORDER BY signed_at
$$;
SELECT kernel.schedule_through('kernel.agreements_to_countersign()', 'compliance_agreement');

CREATE FUNCTION kernel.domains_to_check(before timestamptz) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.compliance_senderdomain
    WHERE checked_at IS NULL OR checked_at < before
$$;
SELECT kernel.schedule_through(
    'kernel.domains_to_check(timestamptz)', 'compliance_senderdomain');
"""
NOT_DUE = """
DROP FUNCTION kernel.domains_to_check(timestamptz);
DROP FUNCTION kernel.agreements_to_countersign();
"""


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_tables")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')",
                f"SELECT kernel.unguard('{table}')",
            )
            for table in TABLES
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('compliance_sender', 'domain_id', 'compliance_senderdomain')",
            "ALTER TABLE compliance_sender DROP CONSTRAINT compliance_sender_domain_id_same_tenant",
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
        migrations.RunSQL(DUE, NOT_DUE),
    ]
