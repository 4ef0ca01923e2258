"""Whether facts may open what needs most protection in the portal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0013_alerts_of_more_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="portal_must_agree",
            field=models.BooleanField(default=False),
        ),
    ]
