"""Alerts about receivers that refuse mail for its sender, beside those about people and systems."""

from django.db import migrations, models
from django.db.models import Q

KNOWN = ["reveals", "searches", "exports", "samples", "uploads", "readings", "refused"]


class Migration(migrations.Migration):
    dependencies = [("compliance", "0021_suppressed_by_systems")]

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
                ],
                max_length=10,
            ),
        ),
    ]
