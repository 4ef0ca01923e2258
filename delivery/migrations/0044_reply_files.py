"""Files that people send with a reply in the portal; they go with it, and a legal hold keeps them."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope

CONTACT = """
SELECT m.contact_id FROM public.delivery_reply r
JOIN public.delivery_message m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
WHERE r.tenant_id = gone.tenant_id AND r.id = gone.reply_id
"""
CAMPAIGN = """
SELECT CASE m.cause WHEN 'campaign' THEN m.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = m.tenant_id AND s.id = m.cause_id) END
FROM public.delivery_reply r
JOIN public.delivery_message m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
WHERE r.tenant_id = gone.tenant_id AND r.id = gone.reply_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0043_visit_by_passkey"),
        ("compliance", "0006_legal_hold"),
        ("tenancy", "0009_frozen_rows"),
    ]
    operations = [
        migrations.CreateModel(
            name="ReplyFile",
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
                ("size", models.PositiveIntegerField()),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("clean", "Looked through, nothing found"),
                            ("infected", "Malware was found in it"),
                            ("not_scanned", "Not looked through"),
                        ],
                        max_length=11,
                    ),
                ),
                ("content", tenancy.fields.SealedBinaryField(null=True)),
                (
                    "reply",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.reply",
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
            options={"abstract": False},
        ),
        migrations.AddConstraint(
            model_name="replyfile",
            constraint=models.UniqueConstraint(
                fields=("tenant", "reply", "position"), name="reply_file_once_per_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="replyfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", True), ("scan", "infected")),
                    models.Q(("content__isnull", False), ("scan__in", ["clean", "not_scanned"])),
                    _connector="OR",
                ),
                name="reply_file_keeps_no_malware",
            ),
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_replyfile')",
            "SELECT kernel.unguard('delivery_replyfile')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_replyfile', 'reply_id', 'delivery_reply')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_replyfile')",
            "SELECT kernel.forbid_removal('delivery_replyfile')",
        ),
        migrations.RunSQL(
            f"SELECT kernel.keep_held('delivery_replyfile', $${CONTACT}$$, $${CAMPAIGN}$$)",
            "DROP TRIGGER kept_by_hold ON public.delivery_replyfile",
        ),
    ]
