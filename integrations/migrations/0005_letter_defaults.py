"""What is meant when a system does not say it of a letter."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_factors_reset_at"),
        ("integrations", "0004_removal"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterDefaults",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("treatment", "Treatment"),
                            ("appointment", "Appointment"),
                            ("care_gap", "Care that is due"),
                            ("payment", "Billing and payment"),
                            ("operations", "Our own services"),
                            ("refill", "Refill reminder"),
                            ("marketing", "Marketing"),
                            ("remunerated", "Marketing that a third party pays for"),
                            ("fundraising", "Fundraising"),
                            ("part2", "Specially protected care"),
                        ],
                        max_length=12,
                    ),
                ),
                ("sensitivity", models.PositiveSmallIntegerField(default=2)),
                ("drops_repeated", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
                (
                    "key",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.apikey",
                    ),
                ),
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
                        fields=("tenant", "key"), name="letter_defaults_once_per_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sensitivity__lte", 3)),
                        name="letter_defaults_have_a_known_sensitivity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "",
                                    "treatment",
                                    "appointment",
                                    "care_gap",
                                    "payment",
                                    "operations",
                                    "refill",
                                    "marketing",
                                    "remunerated",
                                    "fundraising",
                                    "part2",
                                ],
                            )
                        ),
                        name="letter_defaults_have_a_known_purpose",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('integrations_letterdefaults'); "
            "SELECT kernel.refer('integrations_letterdefaults', 'key_id', 'accounts_apikey')",
            "SELECT kernel.unguard('integrations_letterdefaults')",
        ),
    ]
