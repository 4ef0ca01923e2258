"""What a workspace tries for mail that must arrive."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0024_withdrawn_certificate"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="must_arrive_hours",
            field=models.PositiveSmallIntegerField(db_default=72, default=72),
        ),
        migrations.AddField(
            model_name="policy",
            name="must_arrive_portal",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="policy",
            name="must_arrive_second",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="policy",
            name="must_arrive_step_hours",
            field=models.PositiveSmallIntegerField(db_default=24, default=24),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("must_arrive_hours__range", (1, 2160))),
                name="policy_must_arrive_within_90_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("must_arrive_step_hours__range", (1, 168))),
                name="policy_must_arrive_step_takes_a_week_at_most",
            ),
        ),
    ]
