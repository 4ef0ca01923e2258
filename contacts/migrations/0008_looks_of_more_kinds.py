"""Looks into uploaded files, at what a file would hold, and of systems, which are one row an hour."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F, Q

WITHOUT_A_PERSON = ["search", "export", "sample", "upload", "system"]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_removal_and_holds")]

    operations = [
        migrations.AddField("look", "people", models.PositiveIntegerField(default=1)),
        migrations.AlterField(
            "look",
            "kind",
            models.CharField(
                choices=[
                    ("reveal", "Saw one person's data"),
                    ("search", "Searched"),
                    ("export", "Exported"),
                    ("sample", "Looked at what a file would hold"),
                    ("upload", "Saw values of an uploaded file"),
                    ("system", "Read by a system"),
                ],
                max_length=6,
            ),
        ),
        migrations.RemoveConstraint("look", "look_reveals_one_person_for_five_minutes"),
        migrations.AddConstraint(
            "look",
            models.CheckConstraint(
                condition=Q(
                    kind__in=WITHOUT_A_PERSON, contact__isnull=True, shown_until__isnull=True
                )
                | Q(
                    kind="reveal",
                    contact__isnull=False,
                    shown_until__isnull=False,
                    shown_until__lte=F("occurred_at") + timedelta(minutes=5),
                ),
                name="look_reveals_one_person_for_five_minutes",
            ),
        ),
        migrations.AddConstraint(
            "look",
            models.CheckConstraint(
                condition=Q(kind="system") | Q(people=1), name="look_of_staff_is_one_act"
            ),
        ),
        migrations.AddConstraint(
            "look",
            models.UniqueConstraint(
                fields=["tenant", "person_id", "occurred_at"],
                condition=Q(kind="system"),
                name="look_of_a_system_once_an_hour",
            ),
        ),
    ]
