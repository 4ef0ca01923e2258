"""The tables of templates, campaigns, approvals and test sends; names and content are ciphertext."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("compliance", "0002_walls"),
        ("contacts", "0002_walls"),
        ("segments", "0002_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", tenancy.fields.SealedTextField()),
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
                ("recipe", models.CharField(default="", max_length=30)),
                ("content", tenancy.fields.SealedJSONField()),
                (
                    "protection",
                    models.CharField(
                        choices=[
                            (
                                "strongest",
                                "Each person gets the strongest route their mailbox can prove",
                            ),
                            ("portal", "Everybody reads it in the secure portal"),
                        ],
                        default="strongest",
                        max_length=9,
                    ),
                ),
                ("counts_clicks", models.BooleanField(default=True)),
                ("counts_opens", models.BooleanField(default=False)),
                (
                    "start",
                    models.CharField(
                        choices=[
                            ("on_approval", "As soon as it is approved"),
                            ("at_time", "At a time"),
                            ("by_hand", "When somebody presses Send"),
                        ],
                        default="on_approval",
                        max_length=11,
                    ),
                ),
                ("planned_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("scheduled", "Scheduled"),
                            ("sending", "Sending"),
                            ("paused", "Paused"),
                            ("sent", "Sent"),
                            ("canceled", "Canceled"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("authors", models.JSONField(default=list)),
                ("author_name", models.CharField(default="", max_length=150)),
                ("content_hash", models.CharField(default="", max_length=64)),
                ("send_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "segment",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
                (
                    "sender",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance.sender",
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
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("document", tenancy.fields.SealedJSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("requested_by", models.CharField(max_length=64)),
                ("requested_by_name", models.CharField(max_length=150)),
                ("requested_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approved"), ("refused", "Sent back")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("decided_by", models.CharField(default="", max_length=64)),
                ("decided_by_name", models.CharField(default="", max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", tenancy.fields.SealedTextField(null=True)),
                ("is_self_attested", models.BooleanField(default=False)),
                ("expires_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
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
                (
                    "campaign",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", tenancy.fields.SealedTextField()),
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
                ("content", tenancy.fields.SealedJSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
                ("archived_at", models.DateTimeField(null=True)),
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
            name="TestSend",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("content", tenancy.fields.SealedJSONField()),
                ("to", tenancy.fields.SealedTextField()),
                ("requested_by", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
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
            name="Brand",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("postal_address", models.CharField(default="", max_length=200)),
                ("websites", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
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
                    models.UniqueConstraint(fields=("tenant",), name="brand_one_for_a_tenant")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("status", "scheduled")), fields=["send_at"], name="campaign_due"
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["tenant", "-created_at"], name="campaign_newest"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "submitted",
                            "approved",
                            "scheduled",
                            "sending",
                            "paused",
                            "sent",
                            "canceled",
                        ],
                    )
                ),
                name="campaign_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "approved", "canceled"]),
                    ("send_at__isnull", False),
                    _connector="OR",
                ),
                name="campaign_send_at_set_once_scheduled",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "canceled"]),
                    models.Q(("content_hash", ""), _negated=True),
                    _connector="OR",
                ),
                name="campaign_past_draft_is_bound_to_a_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("planned_at__isnull", False), ("start", "at_time")),
                    models.Q(
                        ("planned_at__isnull", True), ("start__in", ["on_approval", "by_hand"])
                    ),
                    _connector="OR",
                ),
                name="campaign_planned_at_goes_with_its_start",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("decision", ""), ("voided_at__isnull", True)),
                fields=["tenant", "requested_at"],
                name="approval_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by", ""), ("decision", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["approved", "refused"]),
                        models.Q(("decided_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="approval_decision_has_its_person_and_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "approved"), _negated=True),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="approval_given_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    ("is_self_attested", True),
                    _connector="OR",
                ),
                name="approval_by_another_than_who_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision", ""), ("voided_at__isnull", True)),
                fields=("tenant", "campaign"),
                name="approval_asked_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="template_version_starts_at_one"
            ),
        ),
        migrations.AddIndex(
            model_name="testsend",
            index=models.Index(
                condition=models.Q(("taken_at__isnull", True)),
                fields=["created_at"],
                name="test_send_due",
            ),
        ),
    ]
