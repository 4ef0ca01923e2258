"""By when a campaign must have arrived."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0004_label"),
        ("compliance", "0025_must_arrive"),
        ("segments", "0002_walls"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="arrives_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="arrives_within_hours",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("arrives_within_hours__isnull", True),
                    ("arrives_by__isnull", True),
                    _connector="OR",
                ),
                name="campaign_must_arrive_by_one_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("arrives_within_hours__isnull", True),
                    ("arrives_within_hours__range", (1, 2160)),
                    _connector="OR",
                ),
                name="campaign_must_arrive_within_90_days",
            ),
        ),
    ]
