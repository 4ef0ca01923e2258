"""Mail that comes back, kept before the server that brought it hears so."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0015_no_mail_of_the_frozen"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboundMail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "mailbox",
                    models.CharField(
                        choices=[
                            ("return", "Return path of a message"),
                            ("reply", "Reply address of a message"),
                            ("abuse", "Complaints"),
                            ("postmaster", "Postmaster"),
                            ("tls", "Reports about TLS"),
                        ],
                        max_length=10,
                    ),
                ),
                ("digest", tenancy.fields.BlindIndexField()),
                ("mail_from", tenancy.fields.SealedTextField()),
                ("content", tenancy.fields.SealedBinaryField()),
                ("tls_version", models.CharField(default="", max_length=8)),
                (
                    "received_at",
                    models.DateTimeField(default=tenancy.clock.now, editable=False),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("read_at", models.DateTimeField(null=True)),
                ("finding", models.CharField(default="", max_length=20)),
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
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["tenant", "received_at"],
                        name="inbound_mail_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "digest"), name="inbound_mail_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mailbox__in", ["return", "reply", "abuse", "postmaster", "tls"])
                        ),
                        name="inbound_mail_has_a_known_mailbox",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finding", ""),
                            ("read_at__isnull", True),
                        )
                        | models.Q(
                            ("read_at__isnull", False),
                            models.Q(("finding", ""), _negated=True),
                        ),
                        name="inbound_mail_read_has_its_finding",
                    ),
                ],
            },
        ),
    ]
