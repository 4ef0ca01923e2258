"""Whether people may save files from the portal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0025_must_arrive"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="portal_may_save",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
