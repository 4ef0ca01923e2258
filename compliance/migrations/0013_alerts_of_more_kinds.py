"""Alerts about files and systems, beside those about people who look, search and export."""

from django.db import migrations, models
from django.db.models import Q

KNOWN = ["reveals", "searches", "exports", "samples", "uploads", "readings"]


class Migration(migrations.Migration):
    dependencies = [("compliance", "0012_days_of_an_end")]

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
                ],
                max_length=10,
            ),
        ),
    ]
