"""Messages, one row for each to one person, and the events of their stories."""

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
        ("contacts", "0002_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("campaign", "Campaign"),
                            ("visit", "Workflow"),
                            ("api", "API"),
                            ("notice", "Portal notice"),
                            ("test", "Test send"),
                        ],
                        max_length=8,
                    ),
                ),
                ("cause_id", models.UUIDField()),
                (
                    "mail_class",
                    models.CharField(
                        choices=[
                            ("bulk", "Campaign mail"),
                            ("care", "Mail about care"),
                            ("notice", "Portal notice"),
                            ("code", "One-time code"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("leased", "Being prepared"),
                            ("in_data", "Being handed over"),
                            ("deferred", "Will be tried again"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("uncertain", "Not known whether it arrived"),
                            ("escrowed", "In the portal"),
                            ("skipped", "Not allowed"),
                            ("canceled", "Canceled"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("verdict", models.JSONField(default=dict)),
                ("reason", models.CharField(default="", max_length=40)),
                (
                    "route",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("tls", "Verified TLS"),
                            ("portal", "Secure portal"),
                            ("plain", "Best available"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("required_level", models.PositiveSmallIntegerField(default=0)),
                ("message_id", models.CharField(max_length=300)),
                ("domain", tenancy.fields.SealedTextField(null=True)),
                ("tls_version", models.CharField(default="", max_length=8)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("due_at", models.DateTimeField(default=tenancy.clock.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("first_tried_at", models.DateTimeField(null=True)),
                ("unsafe_since", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("in_data_at", models.DateTimeField(null=True)),
                ("uncertain_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
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
            name="MessageEvent",
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
                            ("decided", "Decided"),
                            ("accepted", "Accepted"),
                            ("unsafe", "Unsafe"),
                            ("deferred", "Deferred"),
                            ("failed", "Failed"),
                            ("uncertain", "Uncertain"),
                            ("escrowed", "Escrowed"),
                            ("canceled", "Canceled"),
                            ("bounced", "Bounced"),
                            ("complained", "Complained"),
                            ("unsubscribed", "Unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now)),
                ("detail", tenancy.fields.SealedJSONField(default=dict)),
                (
                    "message",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.message",
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
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "deferred"])),
                fields=["tenant", "due_at"],
                name="message_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status__in", ["leased", "in_data"])),
                fields=["tenant", "lease_expires_at"],
                name="message_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["tenant", "contact"], name="message_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("tenant", "cause", "cause_id", "contact"), name="message_once_per_cause"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["campaign", "visit", "api", "notice", "test"])),
                name="message_has_a_known_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_class__in", ["bulk", "care", "notice", "code"])),
                name="message_has_a_known_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("route__in", ["", "tls", "portal", "plain"])),
                name="message_has_a_known_route",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lease_expires_at__isnull", False),
                        ("lease_token__isnull", False),
                        ("settled_at__isnull", True),
                        ("status__in", ["leased", "in_data"]),
                    ),
                    models.Q(
                        ("lease_expires_at__isnull", True),
                        ("lease_token__isnull", True),
                        ("settled_at__isnull", True),
                        ("status__in", ["queued", "deferred"]),
                    ),
                    models.Q(
                        ("lease_expires_at__isnull", True),
                        ("lease_token__isnull", True),
                        ("settled_at__isnull", False),
                        (
                            "status__in",
                            ["sent", "failed", "uncertain", "escrowed", "skipped", "canceled"],
                        ),
                    ),
                    _connector="OR",
                ),
                name="message_is_due_or_leased_or_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "in_data"), _negated=True),
                    ("in_data_at__isnull", False),
                    _connector="OR",
                ),
                name="message_in_data_was_announced",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "uncertain"), _negated=True),
                    ("uncertain_at__isnull", False),
                    _connector="OR",
                ),
                name="message_uncertain_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["skipped", "failed"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="message_not_sent_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="messageevent",
            index=models.Index(
                fields=["tenant", "message", "occurred_at"], name="message_event_story"
            ),
        ),
    ]
