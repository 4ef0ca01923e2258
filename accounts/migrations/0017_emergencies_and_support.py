"""Access beyond roles: in an emergency and for support, each within bounds that nobody leaves."""

from datetime import timedelta

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

# Ids only: where emergency access has run out or waits for a review, and where support may look in.
DUE = """
CREATE FUNCTION kernel.tenants_with_emergencies() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.accounts_emergencyaccess
    WHERE (ended_at IS NULL AND ends_at <= now())
        OR (reviewed_at IS NULL AND reminded_at IS NULL AND began_at <= now() - interval '24 hours')
$$;
SELECT kernel.schedule_through('kernel.tenants_with_emergencies()', 'accounts_emergencyaccess');
"""
WINDOWS = """
CREATE FUNCTION kernel.tenants_with_support_windows() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.accounts_supportgrant
    WHERE closed_at IS NULL AND ends_at > now()
$$;
SELECT kernel.schedule_through('kernel.tenants_with_support_windows()', 'accounts_supportgrant');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_sliding_failures"),
        ("tenancy", "0005_reseal"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyAccess",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("taken_by", models.CharField(max_length=64)),
                ("taken_by_name", models.CharField(max_length=150)),
                ("reason", tenancy.fields.SealedTextField()),
                ("began_at", models.DateTimeField(default=tenancy.clock.now)),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("reviewed_by", models.CharField(blank=True, max_length=64)),
                ("reviewed_by_name", models.CharField(blank=True, max_length=150)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("finding", tenancy.fields.SealedTextField(null=True)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("began_at")),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("began_at"),
                                    "+",
                                    models.Value(timedelta(seconds=3600)),
                                ),
                            ),
                        ),
                        name="emergency_access_lasts_an_hour_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reviewed_at__isnull", True), ("reviewed_by", "")),
                            models.Q(
                                ("reviewed_at__isnull", False),
                                models.Q(("reviewed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_access_review_has_its_person_and_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reviewed_by", models.F("taken_by")), _negated=True),
                        name="emergency_access_reviewed_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("tenant", "taken_by"),
                        name="emergency_access_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupportGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ticket", models.CharField(max_length=40)),
                ("opened_by", models.CharField(max_length=64)),
                ("opened_by_name", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField(default=tenancy.clock.now)),
                ("ends_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by_name", models.CharField(blank=True, max_length=150)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("opened_at")),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"),
                                    "+",
                                    models.Value(timedelta(seconds=14400)),
                                ),
                            ),
                        ),
                        name="support_grant_lasts_four_hours_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ticket", ""), _negated=True),
                        name="support_grant_names_its_ticket",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_emergencyaccess')",
            "SELECT kernel.unguard('accounts_emergencyaccess')",
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_supportgrant')",
            "SELECT kernel.unguard('accounts_supportgrant')",
        ),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.tenants_with_emergencies()"),
        migrations.RunSQL(WINDOWS, "DROP FUNCTION kernel.tenants_with_support_windows()"),
    ]
