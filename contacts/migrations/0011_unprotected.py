"""The ledger takes requests for email without full protection."""

from django.db import migrations, models

KINDS = ["opt_in", "authorization", "unprotected"]


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_mail_certificates"),
    ]

    operations = [
        migrations.AlterField(
            "consentrecord",
            "kind",
            models.CharField(
                choices=[
                    ("opt_in", "Opt-in"),
                    ("authorization", "Signed authorization"),
                    ("unprotected", "Request for email without full protection"),
                ],
                max_length=13,
            ),
        ),
        migrations.RemoveConstraint("consentrecord", "consent_has_a_known_kind"),
        migrations.AddConstraint(
            "consentrecord",
            models.CheckConstraint(
                condition=models.Q(kind__in=KINDS), name="consent_has_a_known_kind"
            ),
        ),
    ]
