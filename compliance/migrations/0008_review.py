"""Reviews of the audit log: the plan, the saved views, and sign-offs that nobody changes."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

DUE = """
CREATE FUNCTION kernel.overdue_reviews() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.compliance_reviewplan
    WHERE due_at <= now() AND reminded_at IS NULL ORDER BY tenant_id
$$;
SELECT kernel.schedule_through('kernel.overdue_reviews()', 'compliance_reviewplan');
"""
WALLS = """
SELECT kernel.guard('compliance_savedview');
SELECT kernel.guard('compliance_reviewplan');
SELECT kernel.guard_append_only('compliance_review');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0007_retention_run"),
        ("tenancy", "0005_reseal"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", tenancy.fields.SealedTextField()),
                ("kind", models.CharField(blank=True, max_length=10)),
                ("actor_id", models.CharField(blank=True, max_length=64)),
                ("object_id", models.CharField(blank=True, max_length=64)),
                ("is_whole", models.BooleanField(default=False)),
                ("saved_by_name", models.CharField(max_length=150)),
                ("saved_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reviewer_id", models.CharField(max_length=64)),
                ("reviewer_name", models.CharField(max_length=150)),
                ("begin", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("events", models.PositiveBigIntegerField()),
                ("views", tenancy.fields.SealedJSONField()),
                ("note", tenancy.fields.SealedTextField()),
                ("size", models.PositiveBigIntegerField()),
                ("root", models.BinaryField()),
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
                "indexes": [models.Index(fields=["tenant", "-end"], name="review_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("begin__lt", models.F("end"))),
                        name="review_ends_after_it_began",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("every_days", models.PositiveSmallIntegerField(default=30)),
                ("reviewers", models.JSONField(default=list)),
                ("due_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
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
                    models.UniqueConstraint(fields=("tenant",), name="review_plan_once_a_tenant"),
                    models.CheckConstraint(
                        condition=models.Q(("every_days__range", (1, 366))),
                        name="review_plan_within_a_year",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.overdue_reviews()"),
    ]
