"""The person who uploaded a file may look at its first values; the row says since when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_import_receiving")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="values_shown_at",
            field=models.DateTimeField(null=True),
        ),
    ]
