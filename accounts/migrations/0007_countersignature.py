"""Questions to a second person: who asked does not answer, and an answer stays."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

# Sealed columns may change: a rotated key seals them anew.
STAYS = """
CREATE FUNCTION kernel.refuse_another_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.tenant_id, OLD.kind, OLD.subject_type, OLD.subject_id, OLD.requested_by,
        OLD.requested_by_name, OLD.requested_at, OLD.expires_at)
       IS DISTINCT FROM (NEW.tenant_id, NEW.kind, NEW.subject_type, NEW.subject_id, NEW.requested_by,
        NEW.requested_by_name, NEW.requested_at, NEW.expires_at)
    THEN
        RAISE EXCEPTION 'a question stays as it was asked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.decision <> '' AND (OLD.decision, OLD.decided_by, OLD.decided_by_name, OLD.decided_at)
       IS DISTINCT FROM (NEW.decision, NEW.decided_by, NEW.decided_by_name, NEW.decided_at)
    THEN
        RAISE EXCEPTION 'an answer stays as it was given' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_answer BEFORE UPDATE ON accounts_countersignature
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_another_answer();
"""
NOT_STAYS = """
DROP TRIGGER one_answer ON accounts_countersignature;
DROP FUNCTION kernel.refuse_another_answer();
"""
EXPIRED = """
CREATE FUNCTION kernel.tenants_with_expired_requests() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.accounts_countersignature
    WHERE decision = '' AND expires_at <= now()
$$;
SELECT kernel.schedule_through('kernel.tenants_with_expired_requests()', 'accounts_countersignature');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_wall_of_api_keys"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Countersignature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.CharField(blank=True, max_length=64)),
                ("payload", tenancy.fields.SealedJSONField()),
                ("reason", tenancy.fields.SealedTextField()),
                ("requested_by", models.CharField(max_length=64)),
                ("requested_by_name", models.CharField(max_length=150)),
                ("requested_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                            ("expired", "Expired"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decided_by_name", models.CharField(blank=True, default="", max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", tenancy.fields.SealedTextField(null=True)),
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
                "indexes": [
                    models.Index(
                        fields=["tenant", "-requested_at"], name="countersignature_newest"
                    ),
                    models.Index(
                        condition=models.Q(("decision", "")),
                        fields=["expires_at"],
                        name="countersignature_expiring",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by", ""), ("decision", "")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision__in", ["granted", "refused", "withdrawn", "expired"]),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="countersignature_decision_has_its_person_and_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision__in", ["granted", "refused"]), _negated=True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="countersignature_by_another_than_who_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "granted"), _negated=True),
                            ("decided_at__lt", models.F("expires_at")),
                            _connector="OR",
                        ),
                        name="countersignature_granted_before_it_expires",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("decision", ""), models.Q(("subject_id", ""), _negated=True)
                        ),
                        fields=("tenant", "kind", "subject_id"),
                        name="countersignature_asked_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_countersignature')",
            "SELECT kernel.unguard('accounts_countersignature')",
        ),
        migrations.RunSQL(STAYS, NOT_STAYS),
        migrations.RunSQL(EXPIRED, "DROP FUNCTION kernel.tenants_with_expired_requests()"),
    ]
