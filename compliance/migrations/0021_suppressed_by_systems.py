"""A system of the workspace may tell which addresses get no mail."""

from django.db import migrations, models
from django.db.models import Q

KNOWN = ["delivery", "complaint", "person", "staff", "import", "system"]


class Migration(migrations.Migration):
    dependencies = [("compliance", "0020_mail_certificates")]

    operations = [
        migrations.RemoveConstraint("suppression", "suppression_has_a_known_source"),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(
                condition=Q(source__in=KNOWN), name="suppression_has_a_known_source"
            ),
        ),
        migrations.AlterField(
            "suppression",
            "source",
            models.CharField(
                choices=[
                    ("delivery", "A mail server's answer"),
                    ("complaint", "A complaint report"),
                    ("person", "The person"),
                    ("staff", "Your staff"),
                    ("import", "An import"),
                    ("system", "One of your systems"),
                ],
                max_length=9,
            ),
        ),
    ]
