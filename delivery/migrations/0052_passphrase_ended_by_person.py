"""That a person ended the passphrase which they had chosen is told with the message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0051_tls_reports_sent_walls"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
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
    ]
