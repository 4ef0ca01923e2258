"""What an author says that a campaign holds at least."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_removal_and_holds")]

    operations = [
        migrations.AddField(
            "campaign",
            "label",
            models.PositiveSmallIntegerField(
                choices=[
                    (0, "What is in it and who gets it decides"),
                    (1, "It tells at least that somebody gets care"),
                    (2, "It tells of somebody's health"),
                    (3, "It is specially protected"),
                ],
                db_default=0,
                default=0,
            ),
        ),
        migrations.AddConstraint(
            "campaign",
            models.CheckConstraint(condition=Q(label__lte=3), name="campaign_has_a_known_label"),
        ),
    ]
