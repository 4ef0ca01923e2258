"""Answers to messages, and the event in a message's story that tells of one."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0022_tracking"),
    ]

    operations = [
        migrations.AlterField(
            model_name="messageevent",
            name="kind",
            field=models.CharField(
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
                    ("replied", "Replied"),
                    ("unsubscribed", "Unsubscribed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Reply",
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
                            ("written", "Written by a person"),
                            ("automatic", "Automatic answer"),
                            ("addressed", "To abuse or postmaster"),
                        ],
                        max_length=9,
                    ),
                ),
                ("sender", tenancy.fields.SealedTextField()),
                ("subject", tenancy.fields.SealedTextField()),
                ("text", tenancy.fields.SealedTextField()),
                ("attachments", models.PositiveSmallIntegerField(default=0)),
                ("received_at", models.DateTimeField(default=tenancy.clock.now)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(default="", max_length=64)),
                ("done_by_name", models.CharField(default="", max_length=150)),
                (
                    "message",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        null=True,
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
                "verbose_name_plural": "replies",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["tenant", "-received_at", "-id"], name="reply_newest"),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["tenant", "kind"],
                        name="reply_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["written", "automatic", "addressed"])),
                        name="reply_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("done_by", ""))
                        | models.Q(
                            ("done_at__isnull", False),
                            models.Q(("done_by", ""), _negated=True),
                        ),
                        name="reply_done_has_its_person",
                    ),
                ],
            },
        ),
    ]
