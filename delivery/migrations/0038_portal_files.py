"""Files of messages in the portal."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0037_tls_history"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="EscrowChunk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EscrowFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("about", models.BinaryField()),
                ("prefix", models.BinaryField()),
                ("chunks", models.PositiveSmallIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="escrowevent",
            name="escrow_event_has_a_known_kind",
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
                        ],
                    )
                ),
                name="escrow_event_has_a_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="escrowchunk",
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
        migrations.AddField(
            model_name="escrowfile",
            name="item",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.escrowitem",
            ),
        ),
        migrations.AddField(
            model_name="escrowfile",
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
        migrations.AddField(
            model_name="escrowchunk",
            name="file",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.escrowfile",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowfile",
            constraint=models.UniqueConstraint(
                fields=("tenant", "item", "position"), name="escrow_file_once_per_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowchunk",
            constraint=models.UniqueConstraint(
                fields=("tenant", "file", "number"), name="escrow_chunk_once_per_number"
            ),
        ),
    ]
