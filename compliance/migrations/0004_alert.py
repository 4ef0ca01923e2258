"""Alerts about somebody's many looks, searches and exports; nobody answers the own one."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [("compliance", "0003_policy_portal_fact"), ("tenancy", "0003_walls")]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reveals", "Looked at the data of many people"),
                            ("searches", "Searched for many people"),
                            ("exports", "Exported people several times"),
                        ],
                        max_length=10,
                    ),
                ),
                ("person_id", models.CharField(max_length=64)),
                ("person_name", models.CharField(max_length=150)),
                ("count", models.PositiveIntegerField()),
                ("raised_at", models.DateTimeField(default=tenancy.clock.now)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                ("answered_by_name", models.CharField(blank=True, max_length=150)),
                ("answer", tenancy.fields.SealedTextField(null=True)),
                ("is_lifted", models.BooleanField(default=False)),
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
                    models.UniqueConstraint(
                        fields=["tenant", "kind", "person_id"],
                        condition=Q(answered_at__isnull=True),
                        name="alert_open_once_per_person",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["reveals", "searches", "exports"]),
                        name="alert_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=Q(answered_at__isnull=True, answered_by="", is_lifted=False)
                        | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                        name="alert_answer_has_its_person_and_time",
                    ),
                    models.CheckConstraint(
                        condition=~Q(answered_by=F("person_id")),
                        name="alert_not_answered_by_its_person",
                    ),
                ],
                "indexes": [models.Index(fields=["tenant", "-raised_at"], name="alert_newest")],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_alert')", "SELECT kernel.unguard('compliance_alert')"
        ),
    ]
