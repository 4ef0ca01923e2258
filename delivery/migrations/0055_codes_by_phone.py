"""Codes of the portal that go to a phone, and the texts that carry them."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0054_bounces_of_domains_once_proven"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number_index", tenancy.fields.BlindIndexField()),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=tenancy.clock.now, null=True)),
                ("trouble", models.CharField(default="", max_length=7)),
                ("reference", models.CharField(default="", max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="escrowevent",
            name="escrow_event_has_a_known_kind",
        ),
        migrations.AddField(
            model_name="escrowcode",
            name="by_phone",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="escrowevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("notice_accepted", "Notice Accepted"),
                    ("notice_failed", "Notice Failed"),
                    ("proved", "Proved"),
                    ("code_sent", "Code Sent"),
                    ("code_texted", "Code Texted"),
                    ("text_sent", "Text Sent"),
                    ("text_failed", "Text Failed"),
                    ("checked", "Checked"),
                    ("refused", "Refused"),
                    ("locked", "Locked"),
                    ("opened", "Opened"),
                    ("printed", "Printed"),
                    ("downloaded", "Downloaded"),
                    ("reminded", "Reminded"),
                    ("reissued", "Reissued"),
                    ("replied", "Replied"),
                    ("signed_out", "Signed Out"),
                    ("expired", "Expired"),
                    ("revoked", "Revoked"),
                    ("wrong_person", "Wrong Person"),
                    ("passphrase_ended", "Passphrase Ended"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "notice_accepted",
                            "notice_failed",
                            "proved",
                            "code_sent",
                            "code_texted",
                            "text_sent",
                            "text_failed",
                            "checked",
                            "refused",
                            "locked",
                            "opened",
                            "printed",
                            "downloaded",
                            "reminded",
                            "reissued",
                            "replied",
                            "signed_out",
                            "expired",
                            "revoked",
                            "wrong_person",
                            "passphrase_ended",
                        ],
                    )
                ),
                name="escrow_event_has_a_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="portaltext",
            name="code",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.escrowcode",
            ),
        ),
        migrations.AddField(
            model_name="portaltext",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=tenancy.scope.current_tenant_id,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenancy.tenant",
            ),
        ),
        migrations.AddIndex(
            model_name="portaltext",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["due_at"], name="portal_text_due"
            ),
        ),
        migrations.AddIndex(
            model_name="portaltext",
            index=models.Index(fields=["tenant", "created_at"], name="portal_text_of_day"),
        ),
        migrations.AddConstraint(
            model_name="portaltext",
            constraint=models.UniqueConstraint(
                fields=("tenant", "code"), name="portal_text_once_per_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="portaltext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("status", "waiting"), ("trouble", "")),
                    models.Q(("due_at__isnull", True), ("status", "sent"), ("trouble", "")),
                    models.Q(
                        ("due_at__isnull", True),
                        ("status", "failed"),
                        ("trouble__in", ["number", "refused", "late"]),
                    ),
                    _connector="OR",
                ),
                name="portal_text_waits_or_is_settled",
            ),
        ),
    ]
