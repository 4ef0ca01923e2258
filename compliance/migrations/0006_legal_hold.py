"""Legal holds, and the triggers that keep what they are about, whoever tries to remove it."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

KEPT = """
REVOKE DELETE ON public.compliance_legalhold FROM sealpost_runtime;

CREATE FUNCTION kernel.refuse_hold_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    IF OLD.released_at IS NOT NULL OR
        (NEW.tenant_id, NEW.subject, NEW.subject_id, NEW.reason, NEW.placed_by, NEW.placed_at)
        IS DISTINCT FROM
        (OLD.tenant_id, OLD.subject, OLD.subject_id, OLD.reason, OLD.placed_by, OLD.placed_at)
    THEN
        RAISE EXCEPTION 'a hold stays as it was placed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_as_placed BEFORE UPDATE ON public.compliance_legalhold
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_hold_change();

-- Expressions over `gone`, the deleted rows, say which contact and which campaign they were about.
CREATE FUNCTION kernel.refuse_held() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    is_held boolean;
BEGIN
    EXECUTE format('
        SELECT EXISTS (SELECT 1 FROM gone JOIN public.compliance_legalhold AS hold
            ON hold.tenant_id = gone.tenant_id AND hold.released_at IS NULL
            WHERE hold.subject = ''workspace''
                OR hold.subject = ''contact'' AND hold.subject_id = (%s)
                OR hold.subject = ''campaign'' AND hold.subject_id = (%s))',
        TG_ARGV[0], TG_ARGV[1]) INTO is_held;
    IF is_held THEN
        RAISE EXCEPTION 'a legal hold keeps rows of %', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION kernel.refuse_held() FROM PUBLIC;

CREATE FUNCTION kernel.keep_held(relation name, contact text, campaign text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER kept_by_hold AFTER DELETE ON public.%I '
        'REFERENCING OLD TABLE AS gone FOR EACH STATEMENT '
        'EXECUTE FUNCTION kernel.refuse_held(%L, %L)', relation, contact, campaign);
END $$;
REVOKE ALL ON FUNCTION kernel.keep_held(name, text, text) FROM PUBLIC;
"""
NOT_KEPT = """
DROP FUNCTION kernel.keep_held(name, text, text);
DROP FUNCTION kernel.refuse_held();
DROP TRIGGER stays_as_placed ON public.compliance_legalhold;
DROP FUNCTION kernel.refuse_hold_change();
"""
# Of this app and of those below it: what goes by age. The others say it in their own migrations.
GOES = [
    "tenancy_job",
    "tenancy_systemmail",
    "accounts_accesstoken",
    "accounts_countersignature",
    "accounts_emergencyaccess",
    "accounts_invitation",
    "accounts_passkeychallenge",
    "accounts_session",
    "accounts_signinfailures",
    "accounts_supportgrant",
    "accounts_usedassertion",
    "compliance_alert",
    "compliance_legalhold",
]


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0005_retention_settings"),
        ("accounts", "0017_emergencies_and_support"),
        ("tenancy", "0006_removal"),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("contact", "A person"),
                            ("campaign", "A campaign"),
                            ("workspace", "The whole workspace"),
                        ],
                        max_length=9,
                    ),
                ),
                ("subject_id", models.UUIDField(null=True)),
                ("reason", tenancy.fields.SealedTextField()),
                ("placed_by", models.CharField(max_length=64)),
                ("placed_by_name", models.CharField(max_length=150)),
                ("placed_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("released_at", models.DateTimeField(null=True)),
                ("release_asked_by", models.CharField(blank=True, default="", max_length=64)),
                ("released_by", models.CharField(blank=True, default="", max_length=64)),
                ("released_by_name", models.CharField(blank=True, default="", max_length=150)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["tenant", "-placed_at"], name="hold_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", "workspace"), ("subject_id__isnull", True)),
                            models.Q(
                                ("subject__in", ["contact", "campaign"]),
                                ("subject_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="hold_names_what_it_is_about",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("release_asked_by", ""),
                                ("released_at__isnull", True),
                                ("released_by", ""),
                            ),
                            models.Q(
                                ("released_at__isnull", False),
                                models.Q(("released_by", ""), _negated=True),
                                models.Q(("release_asked_by", ""), _negated=True),
                                models.Q(
                                    ("released_by", models.F("release_asked_by")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="hold_released_by_another_than_who_asked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("tenant", "subject", "subject_id"),
                        name="hold_once_for_each_subject",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_legalhold')",
            "SELECT kernel.unguard('compliance_legalhold')",
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in GOES
        ),
    ]
