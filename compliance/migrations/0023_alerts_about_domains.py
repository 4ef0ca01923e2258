"""Alerts about recipients' mail domains, beside those about people."""

from django.db import migrations, models
from django.db.models import Q

KNOWN = [
    "reveals", "searches", "exports", "samples", "uploads", "readings", "refused", "downgrade",
    "dane", "mta_sts",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("compliance", "0022_alerts_about_refused_mail")]

    operations = [
        migrations.RemoveConstraint("alert", "alert_has_a_known_kind"),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(condition=Q(kind__in=KNOWN), name="alert_has_a_known_kind"),
        ),
        migrations.AlterField(
            "alert",
            "kind",
            models.CharField(
                choices=[
                    ("reveals", "Looked at the data of many people"),
                    ("searches", "Searched for many people"),
                    ("exports", "Exported people several times"),
                    ("samples", "Looked at what many files would hold"),
                    ("uploads", "Looked into many uploaded files"),
                    ("readings", "Read many times more people than usual"),
                    ("refused", "Refused mail because of its sender"),
                    ("downgrade", "Protected its mail lately, and does not any more"),
                    ("dane", "Has a server that does not fit its signed records (DANE)"),
                    ("mta_sts", "Has a server that does not fit its own policy (MTA-STS)"),
                ],
                max_length=10,
            ),
        ),
    ]
