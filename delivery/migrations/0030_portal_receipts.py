"""What the clinic learns of a message in the portal, and the copy of its key that a policy may keep."""

from django.db import migrations, models

import tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0008_looks_of_more_kinds"),
        ("delivery", "0029_follow_up_walls"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="escrowevent",
            name="escrow_event_has_a_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="escrowitem",
            name="escrow_item_keeps_keys_only_while_open",
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="archive_key",
            field=tenancy.fields.SealedBinaryField(null=True),
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="fetched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="reissued_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="remind_at",
            field=models.DateTimeField(null=True),
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
        migrations.AddIndex(
            model_name="escrowitem",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False), ("status", "waiting")),
                fields=["remind_at"],
                name="escrow_item_to_remind",
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
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("proof_digest__isnull", False),
                        ("server_share__isnull", False),
                        ("status__in", ["waiting", "read"]),
                        ("wrapped_key__isnull", False),
                    ),
                    models.Q(
                        ("archive_key__isnull", True),
                        ("html__isnull", True),
                        ("notice_link_key__isnull", True),
                        ("proof_digest__isnull", True),
                        ("remind_at__isnull", True),
                        ("server_share__isnull", True),
                        ("status__in", ["expired", "revoked", "wrong_person"]),
                        ("text__isnull", True),
                        ("wrapped_key__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="escrow_item_keeps_keys_only_while_open",
            ),
        ),
    ]
