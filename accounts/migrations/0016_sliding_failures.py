"""Failures are counted in a window that slides."""

from django.db import migrations, models

import tenancy.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_oauth2_clients"),
    ]

    operations = [
        migrations.AddField(
            model_name="signinfailures",
            name="earlier",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="signinfailures",
            name="window_began_at",
            field=models.DateTimeField(default=tenancy.clock.now),
        ),
    ]
