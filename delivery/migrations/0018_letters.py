"""What systems write themselves for one person, and the files that go with it."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_removal_and_holds"),
        ("compliance", "0013_alerts_of_more_kinds"),
        ("contacts", "0008_looks_of_more_kinds"),
        ("delivery", "0017_inbound_mail_walls"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="singlesend",
            name="campaign",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.campaign",
            ),
        ),
        migrations.CreateModel(
            name="Letter",
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
                (
                    "remuneration",
                    models.CharField(
                        choices=[
                            ("unstated", "Not stated"),
                            ("none", "Nobody pays for this message"),
                            ("at_cost", "A third party pays no more than our cost"),
                            ("paid", "A third party pays for this message"),
                        ],
                        default="unstated",
                        max_length=8,
                    ),
                ),
                ("sensitivity", models.PositiveSmallIntegerField()),
                (
                    "protection",
                    models.CharField(
                        choices=[
                            ("strongest", "The strongest route that the mailbox can prove"),
                            ("portal", "The secure portal"),
                        ],
                        default="strongest",
                        max_length=9,
                    ),
                ),
                ("words", tenancy.fields.SealedJSONField(null=True)),
                ("values", tenancy.fields.SealedJSONField(null=True)),
                ("labels", tenancy.fields.SealedJSONField(default=dict)),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "send",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.singlesend",
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
            },
        ),
        migrations.CreateModel(
            name="LetterFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", tenancy.fields.SealedTextField()),
                ("media_type", models.CharField(max_length=100)),
                ("content_id", models.CharField(blank=True, max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("content", tenancy.fields.SealedBinaryField()),
                (
                    "letter",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.letter",
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
            },
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("tenant", "send"), name="letter_once_per_send"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
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
                name="letter_has_a_known_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("remuneration__in", ["unstated", "none", "at_cost", "paid"])),
                name="letter_has_a_known_remuneration",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("protection__in", ["strongest", "portal"])),
                name="letter_has_a_known_protection",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("sensitivity__lte", 3)), name="letter_has_a_known_sensitivity"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("values__isnull", True),
                        ("words__isnull", False),
                    ),
                    models.Q(
                        ("values__isnull", False),
                        ("words__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="letter_has_words_or_values",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterfile",
            constraint=models.UniqueConstraint(
                fields=("tenant", "letter", "position"), name="letter_file_once_per_position"
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["tenant", "contact"], name="letter_of_contact"),
        ),
    ]
