"""What a tenant agreed to, decided, sends from and never writes to."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SenderDomain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain", models.CharField(max_length=253)),
                ("selector", models.CharField(max_length=63)),
                ("public_key", models.TextField()),
                ("private_key", tenancy.fields.SealedBinaryField()),
                ("findings", models.JSONField(default=dict)),
                ("checked_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
            name="Sender",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("display_name", models.CharField(max_length=120)),
                ("local_part", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
                    "domain",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="senders",
                        to="compliance.senderdomain",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address_index", tenancy.fields.BlindIndexField()),
                ("address", tenancy.fields.SealedTextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "The mailbox does not exist"),
                            ("complained", "Reported as spam"),
                            ("unsubscribed", "Unsubscribed from all mail"),
                            ("wrong_person", "The mailbox belongs to somebody else"),
                            ("requested", "Asked you not to write"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("delivery", "A mail server's answer"),
                            ("complaint", "A complaint report"),
                            ("person", "The person"),
                            ("staff", "Your staff"),
                            ("import", "An import"),
                        ],
                        max_length=9,
                    ),
                ),
                ("suppressed_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
            name="Agreement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("signed", "Waits for our countersignature"),
                            ("active", "In force"),
                            ("ended", "Ended"),
                        ],
                        default="signed",
                        max_length=6,
                    ),
                ),
                ("text_version", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("text_hash", models.CharField(max_length=64)),
                ("permitted_purposes", models.JSONField()),
                ("notify_within_hours", models.PositiveSmallIntegerField()),
                ("signer_name", models.CharField(max_length=120)),
                ("signer_title", models.CharField(max_length=120)),
                ("signer_id", models.CharField(max_length=64)),
                ("signer_address", models.GenericIPAddressField()),
                ("signed_at", models.DateTimeField()),
                ("countersigner_name", models.CharField(max_length=120, null=True)),
                ("countersigner_title", models.CharField(max_length=120, null=True)),
                ("countersigner_id", models.CharField(max_length=64, null=True)),
                ("countersigner_address", models.GenericIPAddressField(null=True)),
                ("countersigned_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(max_length=300, null=True)),
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
                        condition=models.Q(("status__in", ["signed", "active", "ended"])),
                        name="agreement_has_a_known_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), _negated=True),
                            ("countersigned_at__isnull", False),
                            _connector="OR",
                        ),
                        name="agreement_in_force_was_countersigned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason__isnull", False),
                                ("ended_at__isnull", False),
                                ("status", "ended"),
                            ),
                            models.Q(
                                ("ended_at__isnull", True), ("status__in", ["signed", "active"])
                            ),
                            _connector="OR",
                        ),
                        name="agreement_ended_at_set_once_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "active")),
                        fields=("tenant",),
                        name="agreement_one_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "signed")),
                        fields=("tenant",),
                        name="agreement_one_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "approval_mode",
                    models.CharField(
                        choices=[
                            ("second_person", "A second person approves every campaign"),
                            ("self_attestation", "The author may approve, with a recorded reason"),
                        ],
                        default="second_person",
                        max_length=16,
                    ),
                ),
                (
                    "tls_floor",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (2, "Verified TLS"),
                            (3, "Verified TLS that the recipient's domain promises"),
                        ],
                        default=2,
                    ),
                ),
                (
                    "portal_from",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Everything that tells of care"),
                            (2, "Everything with health details"),
                            (3, "Only what is specially protected"),
                        ],
                        default=3,
                    ),
                ),
                ("portal_expiry_days", models.PositiveSmallIntegerField(default=30)),
                ("may_operate_without_opt_in", models.BooleanField(default=False)),
                ("frequency_cap", models.PositiveSmallIntegerField(default=4, null=True)),
                ("frequency_window_days", models.PositiveSmallIntegerField(default=7)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
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
                    models.UniqueConstraint(fields=("tenant",), name="policy_one_for_a_tenant"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approval_mode__in", ["second_person", "self_attestation"])
                        ),
                        name="policy_has_a_known_approval_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tls_floor__in", [2, 3])),
                        name="policy_never_asks_for_less_than_verified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("portal_from__in", [1, 2, 3])),
                        name="policy_portal_from_a_known_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("portal_expiry_days__range", (1, 365))),
                        name="policy_portal_messages_expire_within_a_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency_window_days__range", (1, 90))),
                        name="policy_frequency_window_is_1_to_90_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="policy_quiet_hours_have_both_ends",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="senderdomain",
            index=models.Index(fields=["checked_at"], name="sender_domain_checked_at"),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.UniqueConstraint(
                fields=("tenant", "domain"), name="sender_domain_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(("domain", django.db.models.functions.text.Lower("domain"))),
                name="sender_domain_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.UniqueConstraint(
                fields=("tenant", "domain", "local_part"), name="sender_once_per_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("local_part", django.db.models.functions.text.Lower("local_part"))
                ),
                name="sender_local_part_is_lower_case",
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(
                fields=["tenant", "-suppressed_at", "-id"], name="suppression_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                fields=("tenant", "address_index"), name="suppression_once_per_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        ["bounced", "complained", "unsubscribed", "wrong_person", "requested"],
                    )
                ),
                name="suppression_has_a_known_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source__in", ["delivery", "complaint", "person", "staff", "import"])
                ),
                name="suppression_has_a_known_source",
            ),
        ),
    ]
